import type { StoredEvent } from "../../events/types.ts";
import type { Encoding } from "./encodings.ts";
import { LiveEvent } from "./live-event.ts";
import { RecentEvents } from "./recent.ts";
import type { Subscriber } from "./subscriber.ts";

export interface BroadcasterWatcher {
  /** An event was handed to the connections of those who want it, so long after it was published. */
  delivered(delaySeconds: number): void;
  /** Events gave way in front of a slow connection. */
  dropped(count: number): void;
  /** So many watch now. */
  watched(subscribers: number): void;
}

/** Events of so many milliseconds go out together. */
const COALESCE_MILLIS = 4;
/** Sending takes at most a fourth of the time: the more watchers there are, the more events share a write. */
const REST_PER_SENDING = 3;
/** A burst goes out as soon as it has so many events, so that no queue fills up in front of a connection that is free. */
const BURST_EVENTS = 64;
const RECENT_EVENTS = 4_096;
/** Whoever takes nothing for so long is let go. */
const STUCK_MILLIS = 30_000;
const LOOK_AFTER_MILLIS = 1_000;

/**
 * Hands every event to everybody who watches. An event is written once per shape, and its bytes are joined once per filter, so that one
 * more watcher costs one more write to a socket every few milliseconds. A watcher who is slow costs the others nothing.
 */
export class Broadcaster {
  readonly recent: RecentEvents;
  readonly #subscribers = new Set<Subscriber>();
  readonly #watcher: BroadcasterWatcher;
  readonly #lookAfter: NodeJS.Timeout;
  #pending: LiveEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #restUntilMillis = 0;

  /** @param lastSeq of the newest event that was stored before any is published here */
  constructor(watcher: BroadcasterWatcher, lastSeq: number) {
    this.#watcher = watcher;
    this.recent = new RecentEvents(RECENT_EVENTS, lastSeq);
    this.#lookAfter = setInterval(() => this.#closeStuck(), LOOK_AFTER_MILLIS);
    this.#lookAfter.unref();
  }

  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers;
  }

  add(subscriber: Subscriber): void {
    subscriber.seq = this.recent.lastSeq;
    this.#subscribers.add(subscriber);
    this.#watcher.watched(this.#subscribers.size);
  }

  remove(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber)) this.#watcher.watched(this.#subscribers.size);
  }

  /** Events come in the order of their seq. */
  publish(event: StoredEvent): void {
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
    const batches = new Batches(events);
    for (const subscriber of this.#subscribers) this.#sendTo(subscriber, batches);
    const endedMillis = performance.now();
    this.#restUntilMillis = endedMillis + (endedMillis - startedMillis) * REST_PER_SENDING;
    if (this.#subscribers.size === 0) return;
    for (const { publishedMillis } of events) this.#watcher.delivered((endedMillis - publishedMillis) / 1_000);
  }

  close(): void {
    this.flush();
    clearInterval(this.#lookAfter);
    for (const subscriber of this.#subscribers) subscriber.close("the hub is going away");
    this.#subscribers.clear();
  }

  #sendTo(subscriber: Subscriber, batches: Batches): void {
    // Whoever is paused, or is still being sent what it missed, reads these from the store or from what is recent.
    if (subscriber.hold !== "none") return;
    subscriber.seq = this.recent.lastSeq;
    const { events, bytes } = batches.of(subscriber);
    if (events.length === 0) return;
    if (subscriber.isFlowing) return subscriber.send(bytes(), events.length);
    const dropped = subscriber.enqueue(events);
    if (dropped > 0) this.#watcher.dropped(dropped);
    subscriber.drain();
  }

  #closeStuck(): void {
    const now = performance.now();
    for (const subscriber of this.#subscribers) {
      if (subscriber.stuckMillis(now) > STUCK_MILLIS) subscriber.close("nothing was taken for 30 s");
    }
  }
}

interface Batch {
  readonly events: readonly LiveEvent[];
  bytes(): Buffer;
}

/** The same events for all who have the same filter, and the same bytes for all of those who read the same encoding. */
class Batches {
  readonly #all: readonly LiveEvent[];
  readonly #byFilter = new Map<string, readonly LiveEvent[]>();
  readonly #bytes = new Map<string, Buffer>();

  constructor(all: readonly LiveEvent[]) {
    this.#all = all;
  }

  of({ filter, encoding }: Subscriber): Batch {
    let events = this.#byFilter.get(filter.key);
    if (events === undefined) {
      events = this.#all.filter(({ event }) => filter.matches(event));
      this.#byFilter.set(filter.key, events);
    }
    return { events, bytes: () => this.#encode(`${encoding.name} ${filter.key}`, encoding, events) };
  }

  #encode(key: string, encoding: Encoding, events: readonly LiveEvent[]): Buffer {
    const known = this.#bytes.get(key);
    if (known !== undefined) return known;
    const bytes = encoding.events(events);
    this.#bytes.set(key, bytes);
    return bytes;
  }
}
