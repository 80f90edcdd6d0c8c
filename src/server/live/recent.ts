import type { LiveEvent } from "./live-event.ts";

/**
 * The last events that were published, without a gap between them: where those who catch up from the store step over to what is
 * live.
 */
export class RecentEvents {
  readonly #capacity: number;
  #events: LiveEvent[] = [];
  #lastSeq: number;

  /** @param lastSeq of the newest event that was stored before any is published here */
  constructor(capacity: number, lastSeq: number) {
    this.#capacity = capacity;
    this.#lastSeq = lastSeq;
  }

  /** The seq of the newest event. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  add(events: readonly LiveEvent[]): void {
    for (const event of events) {
      // Another process may write to the same store: what lies between is there, and not here.
      if (event.seq !== this.#lastSeq + 1) this.#events = [];
      this.#events.push(event);
      this.#lastSeq = event.seq;
    }
    // Cut now and then, as each cut copies what is left.
    if (this.#events.length > this.#capacity * 2) this.#events = this.#events.slice(-this.#capacity);
  }

  /** An event that nobody watched: it is not kept here. */
  pass(seq: number): void {
    this.#events = [];
    this.#lastSeq = seq;
  }

  /** Up to so many events after `seq`, oldest first; undefined where the next one is no longer here. */
  after(seq: number, limit: number): readonly LiveEvent[] | undefined {
    const missing = this.#lastSeq - seq;
    if (missing <= 0) return [];
    if (missing > this.#events.length) return undefined;
    const first = this.#events.length - missing;
    return this.#events.slice(first, first + limit);
  }
}
