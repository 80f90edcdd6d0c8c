import type { LiveEvent } from "./live-event.ts";

/** The last events that were published, in order: where those who catch up from the store step over to what is live. */
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

  /** From which seq on everything is here. */
  get reachesBackTo(): number {
    return (this.#events[0]?.seq ?? this.#lastSeq + 1) - 1;
  }

  add(events: readonly LiveEvent[]): void {
    this.#events.push(...events);
    this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq;
    // Cut now and then, as each cut copies what is left.
    if (this.#events.length > this.#capacity * 2) this.#events = this.#events.slice(-this.#capacity);
  }

  /** Everything after `seq`; undefined where some of it is no longer here. */
  after(seq: number): readonly LiveEvent[] | undefined {
    if (seq >= this.#lastSeq) return [];
    if (seq < this.reachesBackTo) return undefined;
    return this.#events.slice(this.#events.findIndex((event) => event.seq > seq));
  }
}
