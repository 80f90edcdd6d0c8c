import type { LiveEvent } from "./live-event.ts";

/** Most characters that recent events have together, as they were written for watchers: some events are a thousand times others. */
const MAX_CHARS = 16 * 1_048_576;

/**
 * The last events that were published, without a gap between them: where those who catch up from the store step over to what is
 * live. Bounded by their number and by how long they are.
 */
export class RecentEvents {
  readonly #capacity: number;
  #events: LiveEvent[] = [];
  #lastSeq: number;
  /** How many of them, from the oldest on, are in the sum of characters. */
  #weighed = 0;
  #chars = 0;

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
    this.#weigh();
    for (const event of events) {
      // Another process may write to the same store: what lies between is there, and not here.
      if (event.seq !== this.#lastSeq + 1) this.#keepLast(0);
      this.#events.push(event);
      this.#lastSeq = event.seq;
    }
    // Cut now and then, as each cut copies what is left.
    if (this.#events.length > this.#capacity * 2) this.#keepLast(this.#capacity);
  }

  /** An event that nobody watched: it is not kept here. */
  pass(seq: number): void {
    this.#keepLast(0);
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

  /** Those that were added before were written by now, if anybody wants them. */
  #weigh(): void {
    for (; this.#weighed < this.#events.length; this.#weighed += 1) {
      this.#chars += (this.#events[this.#weighed] as LiveEvent).writtenChars;
    }
    if (this.#chars > MAX_CHARS) this.#keepLast(this.#events.length >> 1);
  }

  #keepLast(count: number): void {
    this.#events = count === 0 ? [] : this.#events.slice(-count);
    this.#weighed = 0;
    this.#chars = 0;
  }
}
