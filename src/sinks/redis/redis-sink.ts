import { MultiErrorReply } from "redis";
import type { Sink } from "../../bus/sink.ts";
import type { AgentEvent } from "../../events/types.ts";
import { uuidv7 } from "../../events/uuid.ts";
import { applyKpi, newKpiFold } from "../../folds/kpis/fold.ts";
import { bring, type Delivery } from "./bring.ts";
import { RedisConnection } from "./connection.ts";
import { PendingSums } from "./pending-sums.ts";

export interface RedisSinkOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string;
  /** How long sums wait for more, in milliseconds. @default 10_000 */
  readonly flushMillis?: number;
}

/** Hears of trouble. */
export interface RedisWatcher {
  /** Sums could not be brought; they are kept, and brought later. `isFirst` of an outage. */
  failed(error: unknown, isFirst: boolean): void;
  /** The sums of so many events will not be brought. */
  lost(events: number, cause: unknown): void;
}

/** After so many events what was gathered goes to Redis. */
const FLUSH_EVENTS = 100;
/** How long to wait after a failure, at first and at most. */
const FIRST_RETRY_MILLIS = 250;
const LAST_RETRY_MILLIS = 30_000;

/**
 * Brings the sums that KPIs are made of to Redis, in buckets of an hour and of a day, so that several hubs add to the same ones. What
 * cannot be brought stays in memory as sums, which an outage does not make larger, and is brought once Redis is back.
 */
export class RedisSink implements Sink {
  readonly name = "redis";
  readonly #connection: RedisConnection;
  readonly #watcher: RedisWatcher;
  readonly #flushMillis: number;
  readonly #writerId = uuidv7();
  readonly #fold = newKpiFold();
  #pending: PendingSums;
  /** What was tried and has not arrived for certain: it must not change until it has. */
  #delivery: Delivery | undefined;
  #sequence = 0;
  #failures = 0;
  #cause: unknown;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ url, flushMillis = 10_000 }: RedisSinkOptions, watcher: RedisWatcher) {
    this.#flushMillis = flushMillis;
    this.#connection = new RedisConnection(url);
    this.#watcher = watcher;
    this.#pending = this.#nothing();
  }

  /** Does not wait for Redis: that it is away at the moment is no reason not to start. */
  async start(): Promise<void> {}

  async write(batch: readonly AgentEvent[]): Promise<void> {
    if (this.#closing !== undefined) throw new Error("The connection to Redis is closed.");
    const now = Date.now();
    for (const event of batch) {
      const unixMillis = Math.min(event.timeUnixMillis, now);
      this.#pending.count(unixMillis);
      applyKpi(this.#fold, event, unixMillis, this.#pending);
    }
    // While Redis is away, it is tried again when its time has come and not with every event.
    if (this.#pending.events >= FLUSH_EVENTS && this.#failures === 0) void this.#flush();
    else this.#flushIn(this.#flushMillis);
  }

  /** Tries once more to bring what is left. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    await this.#flushing;
    await this.#flush();
    this.#stopWaiting();
    const left = this.#pending.events + (this.#delivery?.sums.events ?? 0);
    if (left > 0) this.#watcher.lost(left, this.#cause);
    this.#connection.close();
  }

  /** Never rejects, and one at a time. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#bringAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  #flushIn(millis: number): void {
    if (this.#isDone || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, millis).unref();
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #bringAll(): Promise<void> {
    this.#stopWaiting();
    if (this.#isDone) return;
    // What came during an outage has waited long enough, however little it is.
    const wasAway = this.#failures > 0;
    try {
      do await this.#bringOne();
      while (this.#pending.events >= FLUSH_EVENTS || ((wasAway || this.#closing !== undefined) && !this.#isDone));
      this.#flushIn(this.#flushMillis);
    } catch (error) {
      this.#cause = error;
      this.#failures += 1;
      this.#watcher.failed(error, this.#failures === 1);
      this.#stopWaiting();
      this.#flushIn(retryMillis(this.#failures));
    }
  }

  async #bringOne(): Promise<void> {
    const delivery = this.#delivery ?? this.#newDelivery();
    this.#delivery = delivery;
    try {
      await this.#connection.run((client) => bring(client, delivery, Date.now()));
    } catch (error) {
      // Redis went through the whole transaction, and some of it did not fit what is there: a key of that name that is no hash.
      if (error instanceof MultiErrorReply) this.#giveUp(delivery, [...error.errors()][0] ?? error);
      throw error;
    }
    this.#delivery = undefined;
    this.#failures = 0;
  }

  #newDelivery(): Delivery {
    const sums = this.#pending;
    this.#pending = this.#nothing();
    this.#sequence += 1;
    return { writerId: this.#writerId, sequence: this.#sequence, sums };
  }

  #giveUp({ sums }: Delivery, cause: unknown): void {
    this.#delivery = undefined;
    this.#watcher.lost(sums.events, cause);
  }

  #nothing(): PendingSums {
    return new PendingSums(Date.now(), (events) => this.#watcher.lost(events, this.#cause));
  }

  get #isDone(): boolean {
    return this.#delivery === undefined && this.#pending.isEmpty;
  }
}

/** Twice as long after each failure, and not at the same moment as other hubs. */
function retryMillis(failures: number): number {
  return Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}
