import { randomUUID } from "node:crypto";
import type { Encoding } from "./encodings.ts";
import { everything, type Filter } from "./filter.ts";
import type { LiveEvent } from "./live-event.ts";

/** A connection that bytes can be written to. */
export interface Connection {
  /** Bytes that the other side has not taken yet. */
  readonly backlogBytes: number;
  write(bytes: Buffer): void;
  /** Resolves once everything that was written is taken, or nobody is there any more. */
  taken(): Promise<void>;
  /** Ends it; `reason` is for the other side where it can be told. */
  close(reason: string): void;
}

export interface SubscriberOptions {
  /** Most events that wait for a slow connection. */
  readonly capacity: number;
  readonly encoding: Encoding;
  readonly filter?: Filter;
}

/** Why events do not go out as they come: the watcher asked for a pause, or is still being sent what it missed. */
export type Hold = "none" | "paused" | "replaying";

/** Bytes that may wait in a connection before events wait in front of it. */
const MAX_BACKLOG_BYTES = 256 * 1_024;

/**
 * One watcher. While its connection takes what it is given, events go straight out; while it does not, they wait here, the oldest give
 * way, and it is told how many did before it gets the next one.
 */
export class Subscriber {
  readonly id = randomUUID();
  readonly connectedUnixMillis = Date.now();
  readonly encoding: Encoding;
  filter: Filter;
  hold: Hold = "none";
  /** Where it would go on from: everything up to here was sent to it, dropped, or is not for it. */
  seq = 0;
  droppedTotal = 0;
  deliveredTotal = 0;
  readonly #connection: Connection;
  readonly #capacity: number;
  #waiting: LiveEvent[] = [];
  #untold = 0;
  #replay = 0;
  #stuckSinceMillis: number | undefined;

  constructor(connection: Connection, { capacity, encoding, filter = everything }: SubscriberOptions) {
    this.#connection = connection;
    this.#capacity = capacity;
    this.encoding = encoding;
    this.filter = filter;
  }

  get depth(): number {
    return this.#waiting.length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** For how long the connection has taken nothing, in milliseconds, as far as this was asked again and again. */
  stuckMillis(nowMillis: number): number {
    if (this.takesMore) this.#stuckSinceMillis = undefined;
    else this.#stuckSinceMillis ??= nowMillis;
    return nowMillis - (this.#stuckSinceMillis ?? nowMillis);
  }

  /** Whether events can go straight out. */
  get isFlowing(): boolean {
    return this.hold === "none" && this.#waiting.length === 0 && this.#untold === 0 && this.takesMore;
  }

  /** Whether the other side keeps up with what is written. */
  get takesMore(): boolean {
    return this.#connection.backlogBytes < MAX_BACKLOG_BYTES;
  }

  /** Sends what was encoded for all watchers with the same filter. */
  send(bytes: Buffer, events: number): void {
    this.deliveredTotal += events;
    this.#connection.write(bytes);
  }

  notify(notice: object): void {
    this.#connection.write(this.encoding.notice(notice));
  }

  /** Lets events wait; returns how many had to give way. */
  enqueue(events: readonly LiveEvent[]): number {
    this.#waiting.push(...events);
    const excess = Math.max(0, this.#waiting.length - this.#capacity);
    if (excess > 0) this.#waiting = this.#waiting.slice(excess);
    this.#untold += excess;
    this.droppedTotal += excess;
    return excess;
  }

  /** Sends what waits, where the connection takes it. */
  drain(): void {
    if (this.hold !== "none" || !this.takesMore) return;
    if (this.#untold > 0) this.notify({ dropped: this.#untold });
    this.#untold = 0;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length > 0) this.send(this.encoding.events(events), events.length);
  }

  /** Sends nothing until it is replayed; what it misses meanwhile is in the store. */
  pause(): void {
    this.#rewind();
    this.hold = "paused";
  }

  /** From now on it is sent what comes after `seq` from the store. Returns what to ask {@link isReplaying} with. */
  beginReplay(seq: number): number {
    this.#rewind();
    this.hold = "replaying";
    this.seq = seq;
    this.#replay += 1;
    return this.#replay;
  }

  /** False once it is paused, live, or sent something else. */
  isReplaying(replay: number): boolean {
    return this.hold === "replaying" && replay === this.#replay;
  }

  /** It has everything up to `seq`. */
  goLive(seq: number): void {
    this.seq = seq;
    this.hold = "none";
  }

  taken(): Promise<void> {
    return this.#connection.taken();
  }

  /** Lets go of what waits, as it will be read from the store again. */
  #rewind(): void {
    this.seq = (this.#waiting[0]?.seq ?? this.seq + 1) - 1;
    this.#waiting = [];
  }

  close(reason: string): void {
    this.#connection.close(reason);
  }
}
