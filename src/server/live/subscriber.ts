import { randomUUID } from "node:crypto";
import type { Batch } from "./batch.ts";
import { type CloseCode, type Connection, closeCodes } from "./connection.ts";
import type { Encoding } from "./encodings.ts";
import { everything, type Filter } from "./filter.ts";
import type { LiveEvent } from "./live-event.ts";

export interface SubscriberOptions {
  /** Most events that wait for a slow connection. */
  readonly capacity: number;
  readonly encoding: Encoding;
  readonly filter?: Filter;
}

/** What a watcher is sent: events as they come, nothing as it wished, what it missed, or nothing more as its connection is gone. */
export type SubscriberState = "live" | "paused" | "replaying" | "gone";

/** Bytes that may wait in a connection before events wait in front of it. */
const MAX_BACKLOG_BYTES = 256 * 1_024;
/** Whoever goes on asking and does not take the answers is let go before they fill the memory. */
const MAX_UNREAD_NOTICES_BYTES = 256 * 1_024;

/**
 * One watcher. While its connection takes what it is given, events go straight out; while it does not, they wait here, the oldest give
 * way, and it is told how many did before it gets the next one.
 */
export class Subscriber {
  readonly id = randomUUID();
  readonly connectedUnixMillis = Date.now();
  readonly encoding: Encoding;
  readonly capacity: number;
  /** What it wants of everything after its position. */
  filter: Filter;
  /** Everything up to here was sent to it, waits, was dropped, or is not for it. */
  seq = 0;
  droppedTotal = 0;
  deliveredTotal = 0;
  readonly #connection: Connection;
  #state: SubscriberState = "live";
  #waiting: readonly LiveEvent[] = [];
  #untoldDrops = 0;
  /** The seq before the first event that gave way and of which it was not told. */
  #beforeDrops = 0;
  #unreadNoticesBytes = 0;
  #turn = 0;
  #wake: (() => void) | undefined;
  #stuck: { readonly sinceMillis: number; readonly backlogBytes: number } | undefined;

  constructor(connection: Connection, { capacity, encoding, filter = everything }: SubscriberOptions) {
    this.#connection = connection;
    this.filter = filter;
    this.capacity = capacity;
    this.encoding = encoding;
  }

  get state(): SubscriberState {
    return this.#state;
  }

  /** Events that wait. */
  get depth(): number {
    return this.#waiting.length;
  }

  /** Where it would go on from: everything up to here was sent to it, was dropped, or is not for it. */
  get position(): number {
    return (this.#waiting[0]?.seq ?? this.seq + 1) - 1;
  }

  /** Grows whenever it is to be sent something else than before. */
  get turn(): number {
    return this.#turn;
  }

  /** Whether the other side keeps up with what is written. */
  get takesMore(): boolean {
    return this.#connection.backlogBytes < MAX_BACKLOG_BYTES;
  }

  /** For how long the connection has taken nothing of what waits in it, as far as this was asked again and again. */
  stuckMillis(nowMillis: number): number {
    const { backlogBytes } = this.#connection;
    if (this.takesMore) this.#stuck = undefined;
    else if (this.#stuck === undefined || backlogBytes < this.#stuck.backlogBytes)
      this.#stuck = { sinceMillis: nowMillis, backlogBytes };
    return nowMillis - (this.#stuck?.sinceMillis ?? nowMillis);
  }

  /** Hands over what it wants of a batch, or lets it wait; returns how many events gave way. */
  offer(batch: Batch): number {
    const events = batch.matching(this.filter);
    if (events.length === 0) return 0;
    this.#drain();
    if (!this.takesMore) return this.#enqueue(events);
    this.#send(batch.bytes(this.filter, this.encoding), events.length);
    return 0;
  }

  /** Hands over what it wants of events that it missed. */
  catchUp(events: readonly LiveEvent[]): void {
    const wanted = events.filter(({ event }) => this.filter.matches(event));
    if (wanted.length > 0) this.#send(this.encoding.events(wanted), wanted.length);
  }

  /** Says something that is no event. */
  notify(notice: object, goOnAfter: number = this.position): void {
    this.#tellDrops();
    const bytes = this.encoding.notice(notice, goOnAfter);
    this.#unreadNoticesBytes = this.takesMore ? 0 : this.#unreadNoticesBytes + bytes.length;
    if (this.#unreadNoticesBytes < MAX_UNREAD_NOTICES_BYTES) this.#connection.write(bytes);
    else this.close(closeCodes.misbehaved, "answers are not taken");
  }

  /** Sends nothing until it is replayed; what it misses meanwhile is in the store. */
  pause(): void {
    this.#rewind("paused");
  }

  /** From now on it is sent what comes after `seq`, by whoever catches up for it. */
  replayAfter(seq: number): void {
    this.#rewind("replaying");
    this.seq = seq;
  }

  /** It has everything up to its seq. */
  goLive(): void {
    this.#state = "live";
  }

  /** Resolves once the connection has taken what was written, or is gone. */
  taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The connection has taken what was written. */
  onTaken(): void {
    if (this.#state === "live") this.#drain();
    this.#wake?.();
  }

  /** The connection is gone. */
  onGone(): void {
    this.#rewind("gone");
    this.#wake?.();
  }

  close(code: CloseCode, reason: string): void {
    this.#connection.close(code, reason);
  }

  #send(bytes: Buffer, events: number): void {
    this.#tellDrops();
    this.deliveredTotal += events;
    this.#connection.write(bytes);
  }

  #enqueue(events: readonly LiveEvent[]): number {
    const all = [...this.#waiting, ...events];
    if (this.#untoldDrops === 0) this.#beforeDrops = (all[0] as LiveEvent).seq - 1;
    this.#waiting = all.slice(-this.capacity);
    const excess = all.length - this.#waiting.length;
    this.#untoldDrops += excess;
    this.droppedTotal += excess;
    return excess;
  }

  /** Sends what waits, where the connection takes it. */
  #drain(): void {
    if (!this.takesMore) return;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length > 0) this.#send(this.encoding.events(events), events.length);
  }

  /** Before whatever is sent next. */
  #tellDrops(): void {
    const dropped = this.#untoldDrops;
    this.#untoldDrops = 0;
    // Whoever comes again after this notice, and not after the event behind it, gets what was dropped.
    if (dropped > 0) this.notify({ dropped }, this.#beforeDrops);
  }

  /** Lets go of what waits, as it is in the store. */
  #rewind(state: SubscriberState): void {
    this.seq = this.position;
    this.#waiting = [];
    this.#state = state;
    this.#turn += 1;
  }
}
