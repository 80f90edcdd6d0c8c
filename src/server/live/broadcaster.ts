import type { StoredEvent } from "../../events/types.ts";
import type { Refusal } from "../access-guard.ts";
import { Batch } from "./batch.ts";
import { closeCodes } from "./connection.ts";
import { LiveEvent } from "./live-event.ts";
import { RecentEvents } from "./recent.ts";
import type { Subscriber } from "./subscriber.ts";

export interface BroadcasterOptions {
  /** Most who watch at once: beyond it they would take the connections of those who scrape and send. */
  readonly maxWatchers: number;
  /** Whoever takes nothing for so long is let go. @default 30_000 */
  readonly stuckMillis?: number;
}

export interface BroadcasterWatcher {
  /** An event was handed to the connections of those who want it, so long after it was published. */
  delivered(delaySeconds: number): void;
  /** Events gave way in front of a slow connection. */
  dropped(count: number): void;
  /** So many watch now. */
  watched(subscribers: number): void;
  /** Somebody may not watch. */
  refused(why: string): void;
}

/** Events of so many milliseconds go out together. */
const COALESCE_MILLIS = 6;
/** Sending takes at most a fourth of the time: the more watchers there are, the more events share a write. */
const REST_PER_SENDING = 3;
const MAX_REST_MILLIS = 100;
/** A burst goes out once it has so many events, so that what waits to be sent is bounded. */
const BURST_EVENTS = 1_000;
const RECENT_EVENTS = 2_048;
const STUCK_MILLIS = 30_000;
/** For whoever found no room: those who wait for it come again one after the other, and cost little. */
const RETRY_AFTER_SECONDS = 5;
/** Of the time after which a watcher is stuck. */
const LOOK_AFTER_SHARE = 1 / 30;

/**
 * Hands every event to everybody who watches. An event is written once per shape, and its bytes are joined once per filter, so that one
 * more watcher costs one more write to a socket every few milliseconds. A watcher who is slow costs the others nothing.
 */
export class Broadcaster {
  readonly recent: RecentEvents;
  readonly #subscribers = new Set<Subscriber>();
  readonly #watcher: BroadcasterWatcher;
  readonly #maxWatchers: number;
  readonly #stuckMillis: number;
  readonly #lookAfter: NodeJS.Timeout;
  #pending: LiveEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #restUntilMillis = 0;
  #isClosed = false;

  /** @param lastSeq of the newest event that was stored before any is published here */
  constructor({ maxWatchers, stuckMillis = STUCK_MILLIS }: BroadcasterOptions, lastSeq: number, watcher: BroadcasterWatcher) {
    this.#watcher = watcher;
    this.#maxWatchers = maxWatchers;
    this.#stuckMillis = stuckMillis;
    this.recent = new RecentEvents(RECENT_EVENTS, lastSeq);
    this.#lookAfter = setInterval(() => this.#closeStuck(), stuckMillis * LOOK_AFTER_SHARE);
    this.#lookAfter.unref();
  }

  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers;
  }

  /** Why nobody else may watch; undefined where there is room. */
  refusal(): Refusal | undefined {
    if (this.#subscribers.size < this.#maxWatchers) return undefined;
    const error = `${this.#maxWatchers} watch the live stream already, which is the most; maxWatchers (CROWSNEST_MAX_WATCHERS) lets in more`;
    this.#watcher.refused(error);
    return { status: 503, error, retryAfterSeconds: RETRY_AFTER_SECONDS };
  }

  add(subscriber: Subscriber): void {
    // Whoever comes in the last moment would otherwise hear nothing for ever, and keep the hub from ending.
    if (this.#isClosed) return sayGoodbye(subscriber);
    subscriber.seq = this.recent.lastSeq;
    this.#subscribers.add(subscriber);
    this.#watcher.watched(this.#subscribers.size);
  }

  remove(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber)) this.#watcher.watched(this.#subscribers.size);
  }

  /** Events come in the order of their seq. */
  publish(event: StoredEvent): void {
    // While nobody watches, the hub pays nothing for those who might.
    if (this.#subscribers.size === 0 && this.#pending.length === 0) return this.recent.pass(event.seq);
    this.#pending.push(new LiveEvent(event));
    if (this.#pending.length >= BURST_EVENTS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), Math.max(COALESCE_MILLIS, this.#restUntilMillis - performance.now()));
  }

  /** Sends what is waiting to be sent together. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#pending;
    if (events.length === 0) return;
    this.#pending = [];
    this.recent.add(events);
    const startedMillis = performance.now();
    this.#send(new Batch(events));
    const endedMillis = performance.now();
    this.#restUntilMillis = endedMillis + Math.min((endedMillis - startedMillis) * REST_PER_SENDING, MAX_REST_MILLIS);
    if (this.#subscribers.size === 0) return;
    for (const { publishedMillis } of events) this.#watcher.delivered((endedMillis - publishedMillis) / 1_000);
  }

  /** Sends what is left, and tells everybody goodbye: those who watch, and those who still come. */
  close(): void {
    this.#isClosed = true;
    this.flush();
    clearInterval(this.#lookAfter);
    for (const subscriber of this.#subscribers) sayGoodbye(subscriber);
  }

  #send(batch: Batch): void {
    let dropped = 0;
    for (const subscriber of this.#subscribers) {
      // Whoever is paused, or is still being sent what it missed, reads these from the store or from what is recent.
      if (subscriber.state !== "live") continue;
      try {
        dropped += subscriber.offer(batch);
        subscriber.seq = this.recent.lastSeq;
      } catch {
        // Such as a filter that asks an event for what it does not have: the others are sent theirs.
        subscriber.close(closeCodes.tryAgainLater, "an event cannot be sent");
      }
    }
    if (dropped > 0) this.#watcher.dropped(dropped);
  }

  #closeStuck(): void {
    const nowMillis = performance.now();
    for (const subscriber of this.#subscribers) {
      if (subscriber.stuckMillis(nowMillis) <= this.#stuckMillis) continue;
      subscriber.close(closeCodes.tryAgainLater, `nothing was taken for ${this.#stuckMillis / 1_000} s`);
    }
  }
}

function sayGoodbye(subscriber: Subscriber): void {
  subscriber.close(closeCodes.goingAway, "the hub is going away");
}
