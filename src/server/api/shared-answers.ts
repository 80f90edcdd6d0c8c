import type { AnswerBytes } from "./answer-bytes.ts";

export interface SharedAnswersOptions {
  /** How old an answer may be when it is given to somebody. @default 1_000 */
  readonly maxAgeMillis?: number;
  /** Answers that are kept at once; the oldest gives way. @default 200 */
  readonly maxEntries?: number;
  /** The same in bytes; a larger answer is shared while it is made, and not kept. @default 64 MiB */
  readonly maxBytes?: number;
  /** The monotonic clock, in milliseconds. @default performance.now */
  readonly clock?: () => number;
}

/** An answer, and whether it was made for whoever asks. */
export interface SharedAnswer extends AnswerBytes {
  readonly isNew: boolean;
}

interface Entry {
  /** When it was begun: what it tells is never older. */
  readonly madeMillis: number;
  /** What had happened by then, see {@link SharedAnswers.answer}. */
  readonly revision: number;
  /** How often it was made since {@link sinceMillis}, because something had happened. */
  readonly times: number;
  readonly sinceMillis: number;
  readonly made: Promise<AnswerBytes>;
  bytes: number;
}

/** How often an answer is made anew within its longest age where something happened meanwhile: so somebody who writes and asks sees it. */
const MAX_TIMES = 4;
const MEBIBYTE = 1_048_576;

/**
 * Gives those who ask the same within a second the same answer, which is made once: also where the second comes while it is being made
 * for the first. While nothing has happened there is nothing else to tell; where something has, an answer is made anew some times a
 * second, and then it may be as old as that. Nobody's rights are looked at here: whoever comes this far may ask everything.
 */
export class SharedAnswers {
  readonly #maxAgeMillis: number;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #clock: () => number;
  /** In the order in which they were begun. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor({ maxAgeMillis = 1_000, maxEntries = 200, maxBytes = 64 * MEBIBYTE, clock }: SharedAnswersOptions = {}) {
    this.#maxAgeMillis = maxAgeMillis;
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#clock = clock ?? (() => performance.now());
  }

  /** Answers that are kept, and their bytes. */
  get held(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#bytes };
  }

  /**
   * @param question the same text for those that are to get the same answer
   * @param revision another number whenever something has happened that an answer may tell
   * @param isFresh whether whoever asks wants it made anew
   */
  async answer(
    question: string,
    { revision, isFresh = false }: { readonly revision: number; readonly isFresh?: boolean },
    make: () => Promise<AnswerBytes>,
  ): Promise<SharedAnswer> {
    const now = this.#clock();
    this.#forget(now);
    const known = this.#entries.get(question);
    if (known !== undefined && !isFresh && (known.revision === revision || known.times >= MAX_TIMES)) {
      return { ...(await known.made), isNew: false };
    }
    const entry = this.#begin(question, now, revision, known, make());
    try {
      const answer = await entry.made;
      this.#keep(question, entry, answer.body.length);
      return { ...answer, isNew: true };
    } catch (error) {
      this.#drop(question, entry);
      throw error;
    }
  }

  #begin(question: string, now: number, revision: number, known: Entry | undefined, made: Promise<AnswerBytes>): Entry {
    const isSameSecond = known !== undefined && now - known.sinceMillis < this.#maxAgeMillis;
    const [times, sinceMillis] = isSameSecond ? [known.times + 1, known.sinceMillis] : [1, now];
    const entry: Entry = { madeMillis: now, revision, times, sinceMillis, made, bytes: 0 };
    if (known !== undefined) this.#drop(question, known);
    this.#entries.set(question, entry);
    this.#makeRoom();
    this.#sweep ??= setTimeout(() => this.#sweepNow(), this.#maxAgeMillis).unref();
    return entry;
  }

  #keep(question: string, entry: Entry, bytes: number): void {
    if (this.#entries.get(question) !== entry) return;
    entry.bytes = bytes;
    this.#bytes += bytes;
    if (bytes > this.#maxBytes) this.#drop(question, entry);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const [question, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) return;
      this.#drop(question, entry);
    }
  }

  #forget(now: number): void {
    for (const [question, entry] of this.#entries) {
      if (now - entry.madeMillis < this.#maxAgeMillis) return;
      this.#drop(question, entry);
    }
  }

  #drop(question: string, entry: Entry): void {
    if (this.#entries.get(question) !== entry) return;
    this.#entries.delete(question);
    this.#bytes -= entry.bytes;
  }

  /** What nobody asks for any more is not held until somebody asks for something else. */
  #sweepNow(): void {
    this.#sweep = undefined;
    this.#forget(this.#clock());
    if (this.#entries.size > 0) this.#sweep = setTimeout(() => this.#sweepNow(), this.#maxAgeMillis).unref();
  }
}
