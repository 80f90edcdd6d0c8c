import type { AgentEvent } from "../events/types.ts";
import type { Sink } from "./sink.ts";

export interface QueueOptions {
  /** Most events that wait. @default 10_000 */
  readonly capacity?: number;
  /** What gives way when it is full: what just came, or what has waited longest. @default "drop-newest" */
  readonly overflow?: "drop-newest" | "drop-oldest";
  /** Most events in one write. @default 500 */
  readonly maxBatch?: number;
}

/** Why a queue lost events; few and fixed, so that they can be a metric label. */
export type DropReason = "queue_full" | "write_failed" | "closed" | "deadline";

export interface QueueWatcher {
  dropped(queue: string, reason: DropReason, count: number, cause?: unknown): void;
}

/**
 * The bounded queue in front of one sink. Pushing never blocks and never throws; writing happens on its own, one batch at a
 * time, in order. Every event that does not reach the sink is reported with its reason.
 */
export class SinkQueue {
  readonly #sink: Sink;
  readonly #watcher: QueueWatcher;
  readonly #dropOldest: boolean;
  readonly #maxBatch: number;
  /** A list that is eaten from the front: `#head` moves, and the list is cut once half of it is behind. */
  #waiting: AgentEvent[] = [];
  #head = 0;
  #inFlight = 0;
  #draining = false;
  /** Events taken in since the start. */
  #accepted = 0;
  /** Who waits for the first so many of them. */
  #flushes: { readonly accepted: number; readonly resolve: () => void }[] = [];
  #closing: Promise<void> | undefined;
  readonly capacity: number;

  constructor(sink: Sink, options: QueueOptions, watcher: QueueWatcher) {
    this.#sink = sink;
    this.#watcher = watcher;
    this.capacity = options.capacity ?? 10_000;
    this.#dropOldest = options.overflow === "drop-oldest";
    this.#maxBatch = options.maxBatch ?? 500;
  }

  get name(): string {
    return this.#sink.name;
  }

  /** Events accepted and not yet written, the batch under way included. */
  get depth(): number {
    return this.#waiting.length - this.#head + this.#inFlight;
  }

  push(event: AgentEvent): void {
    if (this.#closing !== undefined) return this.#drop("closed", 1);
    if (this.depth >= this.capacity) {
      if (!this.#dropOldest || this.#head === this.#waiting.length) return this.#drop("queue_full", 1);
      this.#head += 1;
      this.#cut();
      this.#drop("queue_full", 1);
    }
    this.#waiting.push(event);
    this.#accepted += 1;
    if (this.#draining) return;
    this.#draining = true;
    void this.#drain();
  }

  /** Resolves once everything that was pushed before the call is written or counted as lost, however much follows it. */
  flush(): Promise<void> {
    if (this.depth === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushes.push({ accepted: this.#accepted, resolve });
    return promise;
  }

  /** Writes what waits, closes the sink, and gives up on both after the deadline. Safe to call twice. */
  close(deadlineMillis: number): Promise<void> {
    this.#closing ??= this.#shutDown(deadlineMillis);
    return this.#closing;
  }

  async #shutDown(deadlineMillis: number): Promise<void> {
    const deadline = startDeadline(deadlineMillis);
    const drained = await Promise.race([this.flush().then(() => true), deadline.passed]);
    if (!drained) {
      this.#drop("deadline", this.depth);
      this.#waiting = [];
      this.#head = 0;
      this.#inFlight = 0;
      this.#settle();
    }
    try {
      await Promise.race([this.#sink.close(), deadline.passed]);
    } catch (error) {
      this.#watcher.dropped(this.name, "write_failed", 0, error);
    } finally {
      deadline.clear();
    }
  }

  async #drain(): Promise<void> {
    // Wait for the current turn of the event loop to end, so that what is emitted together is written together.
    await Promise.resolve();
    while (this.#head < this.#waiting.length) {
      const batch = this.#waiting.slice(this.#head, this.#head + this.#maxBatch);
      this.#head += batch.length;
      this.#cut();
      this.#inFlight = batch.length;
      try {
        await this.#sink.write(batch);
      } catch (error) {
        // A write that failed after the deadline was counted as lost there.
        if (this.#inFlight > 0) this.#drop("write_failed", batch.length, error);
      }
      this.#inFlight = 0;
      this.#settle();
    }
    this.#waiting = [];
    this.#head = 0;
    this.#draining = false;
  }

  /** Lets go of what is behind the head: now and then, as each cut copies what is left. */
  #cut(): void {
    if (this.#head <= 1_000 || this.#head * 2 <= this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }

  /** Answers the flushes that wait for nothing any more. To be called between two writes. */
  #settle(): void {
    const settled = this.#accepted - this.depth;
    while (this.#flushes[0] !== undefined && this.#flushes[0].accepted <= settled) this.#flushes.shift()?.resolve();
  }

  #drop(reason: DropReason, count: number, cause?: unknown): void {
    if (count > 0) this.#watcher.dropped(this.name, reason, count, cause);
  }
}

/** Resolves to false when the time is over. */
function startDeadline(millis: number): { readonly passed: Promise<false>; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), millis);
  return { passed: promise, clear: () => clearTimeout(timer) };
}
