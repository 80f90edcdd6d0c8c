import { expect } from "vitest";
import type { StoredEvent } from "../../../src/events/types.ts";
import { compileFilter, everything, type Filter, type FilterInput } from "../../../src/server/live/filter.ts";
import type { Message } from "../live-clients.ts";

/** The hub's whole log, also what retention has taken from it since. */
export interface WholeLog {
  /** Event n stands at n - 1. */
  readonly events: readonly StoredEvent[];
  readonly pruned: ReadonlySet<number>;
}

/** What a watcher asked for, and the newest event that it could know of when it did. */
export type Wish = { readonly newestSeq: number } & (
  | { readonly kind: "subscribed"; readonly filter: FilterInput }
  | { readonly kind: "paused"; readonly pause: boolean }
  | { readonly kind: "resumed"; readonly resumeFrom: number }
  | { readonly kind: "resumed"; readonly sinceUnixMillis: number }
);

/** What was sent since a `resumed`: retention's gaps in it are told by number, of any type. */
interface Stretch {
  readonly startSeq: number;
  isWhole: boolean;
  delivered: number;
  dropped: number;
  pruned: number;
  /** Events that were wanted, and are missing as they were pruned. */
  gone: number;
}

/**
 * The model of a watcher: reads what it was sent, in order, and fails at the first message that should not be there, or before which
 * an event is missing of whose loss it was not told.
 */
export class Account {
  readonly #log: WholeLog;
  readonly #wishes: Wish[];
  #filter: Filter;
  /** Everything up to here is accounted for; undefined until the stream says where it begins. */
  #seq: number | undefined;
  #isPaused = false;
  /** Told, and not found missing yet. */
  #dropped = 0;
  #stretch: Stretch;

  readonly #openedSeq: number;

  /** @param openedSeq of an event before which the stream has begun */
  constructor(log: WholeLog, wishes: readonly Wish[], openedSeq: number, filter: FilterInput = {}) {
    this.#log = log;
    this.#wishes = [...wishes];
    this.#openedSeq = openedSeq;
    this.#filter = compileFilter(filter);
    this.#stretch = this.#stretchFrom(0);
  }

  /** @param id of a server-sent event, from which whoever comes again goes on */
  take(message: Message, id?: number): void {
    const { event_type: type, dropped, pruned, resumed, paused, subscribed, seq } = message;
    if (type !== undefined) return this.#event(message, id);
    if (id !== undefined && message.type !== "connected") this.#advance(id);
    if (dropped !== undefined) this.#drop(Number(dropped));
    else if (pruned !== undefined) this.#prune(Number(pruned));
    else if (resumed !== undefined) this.#resume(Number(resumed));
    else if (subscribed !== undefined) this.#subscribe(subscribed, Number(seq));
    else if (paused !== undefined) this.#pause(paused === true, Number(seq));
    else if (message.type === "connected") this.#connected(id as number);
    else throw new Error(`nobody expected ${JSON.stringify(message)}`);
  }

  /** The stream is still open, and live. */
  end(): void {
    expect(this.#wishes, "wishes without an answer").toEqual([]);
    this.#arrive(this.#log.events.length);
  }

  #event(message: Message, id: number | undefined): void {
    const { seq, id: eventId } = (message.metadata ?? message) as { seq: number; id: string };
    const event = this.#log.events[seq - 1];
    expect(eventId, `the id of event ${seq}`).toBe(event?.id);
    if (id !== undefined) expect(id).toBe(seq);
    if (this.#isPaused) throw new Error(`event ${seq} came in a pause`);
    if (event === undefined || !this.#filter.matches(event)) throw new Error(`event ${seq} is not what was asked for`);
    this.#begin(seq - 1);
    this.#advance(seq - 1);
    this.#expectNoMoreDrops();
    this.#seq = seq;
    this.#stretch.delivered += 1;
  }

  #drop(count: number): void {
    expect(count).toBeGreaterThan(0);
    this.#dropped += count;
    this.#stretch.dropped += count;
  }

  #prune(count: number): void {
    expect(count).toBeGreaterThan(0);
    this.#stretch.pruned += count;
  }

  #subscribe(subscribed: unknown, seq: number): void {
    const wish = this.#answered("subscribed");
    expect(subscribed).toEqual(wish.filter);
    this.#arrive(seq);
    this.#filter = compileFilter(wish.filter);
    if (this.#filter !== everything) this.#stretch.isWhole = false;
  }

  #pause(paused: boolean, seq: number): void {
    expect(paused).toBe(this.#answered("paused").pause);
    this.#arrive(seq);
    this.#isPaused = paused;
  }

  #resume(seq: number): void {
    const wish = this.#answered("resumed");
    if ("resumeFrom" in wish) {
      const { resumeFrom, newestSeq } = wish;
      // Only what has not come yet is moved to the end of the log, as it was when the hub read the wish.
      expect(seq, `resumed, where ${resumeFrom} was asked for`).toBeLessThanOrEqual(resumeFrom);
      expect(seq, `resumed, where ${resumeFrom} was asked for`).toBeGreaterThanOrEqual(Math.min(resumeFrom, newestSeq));
    } else this.#expectMoment(wish.sinceUnixMillis, wish.newestSeq, seq);
    this.#seq = seq;
    this.#isPaused = false;
    this.#dropped = 0;
    this.#stretch = this.#stretchFrom(seq);
  }

  /** The next event is the first one of then, but for those that were pruned; or there was none of then yet. */
  #expectMoment(sinceUnixMillis: number, newestSeq: number, seq: number): void {
    const isOfThen = (event: StoredEvent) => event.timeUnixMillis >= sinceUnixMillis && !this.#log.pruned.has(event.seq);
    const next = this.#log.events[seq];
    expect(this.#log.events.slice(0, seq).filter(isOfThen), `passed over by since, which began after ${seq}`).toEqual([]);
    if (next !== undefined && next.timeUnixMillis < sinceUnixMillis) expect(seq).toBeGreaterThanOrEqual(newestSeq);
  }

  /** The wish that an answer belongs to: they are answered in order, but for `since`, which the store is asked about first. */
  #answered<Kind extends Wish["kind"]>(kind: Kind): Extract<Wish, { kind: Kind }> {
    const isSince = (wish: Wish) => "sinceUnixMillis" in wish;
    const index = this.#wishes.findIndex((wish) => kind === "resumed" || !isSince(wish));
    const [wish] = this.#wishes.splice(index, index < 0 ? 0 : 1);
    if (wish?.kind !== kind) throw new Error(`${kind} answers nothing; ${JSON.stringify(wish)} was next`);
    // A pause takes the place of what was still looked up.
    if (wish.kind === "paused" && wish.pause)
      this.#wishes.splice(0, this.#wishes.findLastIndex((one, at) => at < index && isSince(one)) + 1);
    return wish as Extract<Wish, { kind: Kind }>;
  }

  #connected(seq: number): void {
    if (this.#wishes.length > 0) this.#resume(seq);
    else this.#begin(seq);
  }

  /** Where it is not said where the stream begins, it does so with what comes first, and before the connection was open. */
  #begin(seq: number): void {
    if (this.#seq !== undefined) return;
    this.#seq = Math.min(seq, this.#openedSeq);
    this.#stretch = this.#stretchFrom(this.#seq);
  }

  /** Everything up to `seq` has to be accounted for, to the last event that retention took. */
  #arrive(seq: number): void {
    this.#begin(seq);
    this.#advance(seq);
    this.#expectNoMoreDrops();
    const { startSeq, delivered, dropped, pruned, isWhole } = this.#stretch;
    if (isWhole) expect(delivered + dropped + pruned, `sent or told of, from ${startSeq} to ${seq}`).toBe(seq - startSeq);
    const prunedSince = this.#log.events.slice(startSeq, seq).filter((event) => this.#log.pruned.has(event.seq)).length;
    expect(pruned, `told as pruned, from ${startSeq} to ${seq}`).toBeLessThanOrEqual(prunedSince);
  }

  #advance(seq: number): void {
    const from = this.#seq as number;
    if (seq < from) throw new Error(`${seq} came after ${from}`);
    const missing = this.#log.events.slice(from, seq).filter((event) => this.#filter.matches(event));
    const lost = missing.filter((event) => !this.#log.pruned.has(event.seq)).map((event) => event.seq);
    if (lost.length > this.#dropped)
      throw new Error(`between ${from} and ${seq}, ${lost} are missing; ${this.#dropped} were told as dropped`);
    const gone = Math.max(0, missing.length - this.#dropped);
    this.#dropped -= missing.length - gone;
    this.#stretch.gone += gone;
    if (this.#stretch.gone > this.#stretch.pruned)
      throw new Error(`up to ${seq}, ${this.#stretch.gone} are gone; ${this.#stretch.pruned} were told as pruned`);
    this.#seq = seq;
  }

  #expectNoMoreDrops(): void {
    expect(this.#dropped, "told as dropped, but there").toBe(0);
  }

  #stretchFrom(startSeq: number): Stretch {
    return { startSeq, isWhole: this.#filter === everything, delivered: 0, dropped: 0, pruned: 0, gone: 0 };
  }
}
