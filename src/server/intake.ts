import { Progress } from "../bus/progress.ts";
import type { AgentEvent } from "../events/types.ts";
import type { Component } from "../health/health.ts";
import { type AppendResult, type EventStore, StoreError, type StoreErrorCode } from "../store/event-store.ts";

export interface IntakeWatcher {
  /** What every event goes through before it is kept. */
  prepare(event: AgentEvent): AgentEvent;
  /** Events are durable, and were not known before. */
  kept(result: AppendResult): void;
  /** Events that nobody waits for could not be kept. */
  lost(reason: "queue_full" | "write_failed", count: number, error?: unknown): void;
  /** The store could not keep a batch, whoever sent it. */
  failed(reason: StoreErrorCode): void;
}

/** Most events of this process that wait for the store. */
const MAX_OFFERED = 50_000;
/** Most of them that are prepared and given to the store at once: some 40 ms of work where events are large, and then others have a turn. */
const MAX_TOGETHER = 1_000;
/** From which share of its capacity on a queue is about to refuse events. */
const QUEUE_FULL_RATIO = 0.9;

/**
 * The hub's only way in, and commit comes first: an event counts once it is durable and found new, so nothing is shown that a
 * crash could take back, and what is delivered twice moves nothing. Joining deliveries into one commit is the store's business.
 */
export class Intake {
  readonly #store: EventStore;
  readonly #watcher: IntakeWatcher;
  #offered: AgentEvent[] = [];
  #sending = false;
  readonly #progress = new Progress();
  /** What the last delivery to the store failed with; undefined since one went well. */
  #failure: unknown;

  constructor(store: EventStore, watcher: IntakeWatcher) {
    this.#store = store;
    this.#watcher = watcher;
  }

  /** Events of this process that wait for the store. */
  get depth(): number {
    return this.#offered.length;
  }

  get capacity(): number {
    return MAX_OFFERED;
  }

  /** Everything that waits for a commit, whether it came from this process or from outside. */
  get queue() {
    const [intake, store] = [this, this.#store];
    return {
      name: "store",
      get depth() {
        return intake.depth + store.queue.depth;
      },
      capacity: intake.capacity + store.queue.capacity,
    };
  }

  /** Whether events are kept. */
  check(): ReturnType<Component["check"]> {
    const failure = this.#failure;
    if (failure !== undefined) return { status: "down", reason: failure instanceof Error ? failure.message : String(failure) };
    const { depth, capacity } = this.queue;
    return depth > capacity * QUEUE_FULL_RATIO ? { status: "degraded", reason: "events wait to be kept" } : { status: "up" };
  }

  /** Keeps events and then publishes the new ones. Rejects with the store's error; then none of them counts. */
  async accept(events: readonly AgentEvent[]): Promise<AppendResult> {
    try {
      const result = await this.#store.append(events.map((event) => this.#watcher.prepare(event)));
      this.#failure = undefined;
      this.#watcher.kept(result);
      return result;
    } catch (error) {
      this.#failure = error;
      this.#watcher.failed(error instanceof StoreError ? error.code : "write_failed");
      throw error;
    }
  }

  /** Takes an event from this process, which does not wait for it; what cannot be kept is counted. */
  offer(event: AgentEvent): void {
    if (this.#offered.length >= MAX_OFFERED) return this.#watcher.lost("queue_full", 1);
    this.#offered.push(event);
    this.#progress.take();
    if (this.#sending) return;
    this.#sending = true;
    void this.#send();
  }

  /** Resolves once everything that was offered before the call is kept or counted as lost, however much follows it. */
  flush(): Promise<void> {
    return this.#progress.caughtUp();
  }

  async #send(): Promise<void> {
    // What is emitted in one turn is kept in one commit.
    await Promise.resolve();
    while (this.#offered.length > 0) {
      const events = this.#offered.splice(0, MAX_TOGETHER);
      try {
        await this.accept(events);
      } catch (error) {
        const full = error instanceof StoreError && error.code === "queue_full";
        this.#watcher.lost(full ? "queue_full" : "write_failed", events.length, error);
      }
      this.#progress.settleAllBut(this.#offered.length);
    }
    this.#sending = false;
  }
}
