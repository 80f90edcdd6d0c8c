import { setImmediate as nextTurn } from "node:timers/promises";
import type { StoredEvent } from "../../events/types.ts";
import type { Broadcaster } from "./broadcaster.ts";
import { closeCodes } from "./connection.ts";
import { LiveEvent } from "./live-event.ts";
import type { RecentEvents } from "./recent.ts";
import type { Subscriber } from "./subscriber.ts";

/** Reads stored events after a seq, in order; fewer than `limit` where there are no more. */
export type ReadAfter = (seq: number, limit: number) => Promise<readonly StoredEvent[]>;

/** The seq before the first event that happened at or after a moment; that of the newest event where there is none. */
export type SeqBefore = (unixMillis: number) => Promise<number>;

export interface LogReaders {
  readonly readAfter: ReadAfter;
  readonly seqBefore: SeqBefore;
}

/** Where somebody wants to begin, while it is not known yet which event that is. */
interface Moment {
  readonly unixMillis: number;
  readonly turn: number;
  readonly found: (seq: number) => void;
}

/** Events that are read at once. */
const PAGE_EVENTS = 500;
/** Events that are written at once. */
const SLICE_EVENTS = 50;

/**
 * Sends watchers what they missed, as fast as their connections take it, and then lets them go live: without a gap, as the last step is
 * taken in one turn of the event loop from the events that were published most recently, and without a repeat, as each step begins
 * where the one before it ended, and none goes beyond what was published.
 */
export class CatchUp {
  readonly #broadcaster: Broadcaster;
  readonly #recent: RecentEvents;
  readonly #log: LogReaders;
  readonly #moments = new WeakMap<Subscriber, Moment>();
  /** Whoever asks again goes on from there, in one loop: nobody can make the store answer more than one question at a time. */
  readonly #running = new WeakSet<Subscriber>();

  constructor(broadcaster: Broadcaster, log: LogReaders) {
    this.#broadcaster = broadcaster;
    this.#recent = broadcaster.recent;
    this.#log = log;
  }

  /** Sends what comes after `seq` from now on; returns where that begins, which is not beyond what was published. */
  start(subscriber: Subscriber, seq: number): number {
    // Whoever asks the API may know of an event while it waits to be sent together with others.
    if (seq > this.#recent.lastSeq) this.#broadcaster.flush();
    const firstAfter = Math.min(seq, this.#recent.lastSeq);
    subscriber.replayAfter(firstAfter);
    if (!this.#running.has(subscriber)) void this.#run(subscriber);
    return firstAfter;
  }

  /** The same from a moment on. `found` is told after which event that begins, and nothing is sent before. */
  startSince(subscriber: Subscriber, unixMillis: number, found: (seq: number) => void): void {
    this.start(subscriber, subscriber.position);
    this.#moments.set(subscriber, { unixMillis, turn: subscriber.turn, found });
  }

  async #run(subscriber: Subscriber): Promise<void> {
    this.#running.add(subscriber);
    try {
      // Whoever asked is answered before the first event.
      await nextTurn();
      while (subscriber.state === "replaying") await this.#step(subscriber);
    } catch {
      subscriber.close(closeCodes.tryAgainLater, "what was missed cannot be read at the moment");
    }
    this.#running.delete(subscriber);
  }

  async #step(subscriber: Subscriber): Promise<void> {
    const moment = this.#moments.get(subscriber);
    // Another wish since then has taken its place.
    if (moment?.turn === subscriber.turn) return this.#find(moment, subscriber);
    if (!subscriber.takesMore) return subscriber.taken();
    const { lastSeq } = this.#recent;
    const rest = this.#recent.after(subscriber.seq, PAGE_EVENTS);
    if (rest === undefined) return this.#sendPage(subscriber);
    if (!sendWhileTaken(subscriber, rest)) return;
    subscriber.seq = rest.at(-1)?.seq ?? lastSeq;
    if (rest.length < PAGE_EVENTS) subscriber.goLive();
    else await nextTurn();
  }

  async #find({ unixMillis, turn, found }: Moment, subscriber: Subscriber): Promise<void> {
    const seq = await this.#log.seqBefore(unixMillis);
    if (subscriber.turn === turn) found(this.start(subscriber, seq));
  }

  async #sendPage(subscriber: Subscriber): Promise<void> {
    const { turn } = subscriber;
    const { lastSeq } = this.#recent;
    const page = await this.#log.readAfter(subscriber.seq, PAGE_EVENTS);
    if (subscriber.turn !== turn) return;
    // The store is ahead of what is published: those events are still to come live.
    const published = page.filter(({ seq }) => seq <= lastSeq).map((event) => new LiveEvent(event));
    if (!sendWhileTaken(subscriber, published) || published.length === PAGE_EVENTS) return;
    tellPruned(subscriber, lastSeq);
    subscriber.seq = lastSeq;
  }
}

/**
 * Hands events over, a slice at a time, and says whether that was all: what a slow connection does not take is read again later, rather
 * than kept for it.
 */
function sendWhileTaken(subscriber: Subscriber, events: readonly LiveEvent[]): boolean {
  for (let start = 0; start < events.length; start += SLICE_EVENTS) {
    if (!subscriber.takesMore) return false;
    const slice = events.slice(start, start + SLICE_EVENTS);
    const lastSeq = slice.at(-1)?.seq ?? subscriber.seq;
    tellPruned(subscriber, lastSeq - slice.length);
    subscriber.catchUp(slice);
    subscriber.seq = lastSeq;
  }
  return true;
}

/** The log has no gaps but those that retention made: what is not there any more between what was sent and `seq` was there once. */
function tellPruned(subscriber: Subscriber, seq: number): void {
  if (seq > subscriber.seq) subscriber.notify({ pruned: seq - subscriber.seq });
}
