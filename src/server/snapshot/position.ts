/** Most events that may come before one that is missing. */
const MAX_AHEAD = 10_000;

interface Place {
  readonly seq: number;
  readonly id: string;
}

/**
 * How far the folds have come. A snapshot says "everything up to here", so it must be known that nothing before is missing: events may
 * come in another order than that of the store, and another process may write to the same store.
 */
export class Position {
  /** The last event before which none is missing: its seq (0 where there is none) and its id. */
  seq = 0;
  id = "";
  /** Ids of what came while something before it was missing, by seq. */
  readonly #ahead = new Map<number, string>();
  #isLost = false;

  /** Something before the last event is missing, and will not come any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Everything that was stored up to the last event that came did come. */
  get isWhole(): boolean {
    return this.#ahead.size === 0 && !this.#isLost;
  }

  /** Goes on after an event before which none is missing, whatever seqs there were. */
  moveTo({ seq, id }: Place): void {
    this.seq = seq;
    this.id = id;
  }

  /** Every fold has taken the event. */
  passed(place: Place): void {
    if (place.seq <= this.seq || this.#isLost) return;
    if (place.seq > this.seq + 1) return this.#wait(place);
    this.moveTo(place);
    if (this.#ahead.size > 0) this.#catchUp();
  }

  #wait({ seq, id }: Place): void {
    this.#ahead.set(seq, id);
    if (this.#ahead.size <= MAX_AHEAD) return;
    this.#isLost = true;
    this.#ahead.clear();
  }

  #catchUp(): void {
    for (;;) {
      const seq = this.seq + 1;
      const id = this.#ahead.get(seq);
      if (id === undefined) return;
      this.#ahead.delete(seq);
      this.moveTo({ seq, id });
    }
  }
}
