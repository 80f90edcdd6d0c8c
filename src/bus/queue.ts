import type { AgentEvent } from "../events/types.ts";
import { withinDeadline } from "./deadline.ts";
import { Progress } from "./progress.ts";
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
  readonly #progress = new Progress();
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
    this.#progress.take();
    if (this.#draining) return;
    this.#draining = true;
    void this.#drain();
  }

  /** Resolves once everything that was pushed before the call has arrived or is counted as lost, however much follows it. */
  async flush(): Promise<void> {
    const caughtUp = this.#progress.caughtUp();
    if (this.#sink.flush === undefined) return caughtUp;
    // At once, so that it hurries with the write under way; and again, for what was written since.
    await Promise.all([caughtUp, this.#sink.flush()]);
    await this.#sink.flush();
  }

  /** Writes what waits, closes the sink, and gives up on both after the deadline. Safe to call twice. */
  close(deadlineMillis: number): Promise<void> {
    this.#closing ??= this.#shutDown(deadlineMillis);
    return this.#closing;
  }

  async #shutDown(deadlineMillis: number): Promise<void> {
    const end = performance.now() + deadlineMillis;
    if (!(await withinDeadline(this.flush(), deadlineMillis))) {
      this.#drop("deadline", this.depth);
      this.#waiting = [];
      this.#head = 0;
      this.#inFlight = 0;
      this.#settle();
    }
    try {
      await withinDeadline(this.#sink.close(), Math.max(0, end - performance.now()));
    } catch (error) {
      this.#watcher.dropped(this.name, "write_failed", 0, error);
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

  /** To be called between two writes. */
  #settle(): void {
    this.#progress.settleAllBut(this.depth);
  }

  #drop(reason: DropReason, count: number, cause?: unknown): void {
    if (count > 0) this.#watcher.dropped(this.name, reason, count, cause);
  }
}
