import type { AgentEvent } from "../events/types.ts";
import { type QueueOptions, type QueueWatcher, SinkQueue } from "./queue.ts";
import type { Sink } from "./sink.ts";

export type Tap = (event: AgentEvent) => void;

export interface BusWatcher extends QueueWatcher {
  /** A tap threw, or returned a promise that was rejected. */
  tapFailed(tap: string, error: unknown): void;
}

/**
 * Where every event passes. Taps are synchronous and cheap (folds); sinks are asynchronous, each behind a bounded queue.
 * No tap can stop another, no sink can stall another, and publishing never throws.
 */
export class Bus {
  readonly #watcher: BusWatcher;
  #taps: readonly { readonly name: string; readonly tap: Tap }[] = [];
  #queues: readonly SinkQueue[] = [];

  constructor(watcher: BusWatcher) {
    this.#watcher = watcher;
  }

  get queues(): readonly SinkQueue[] {
    return this.#queues;
  }

  publish(event: AgentEvent): void {
    // The lists are replaced, never changed in place: a tap that unsubscribes while it runs does not skip its neighbour.
    for (const { name, tap } of this.#taps) {
      try {
        const returned: unknown = tap(event);
        // An async tap is a mistake that the types cannot catch; unhandled, its rejection would end the host's process.
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#watcher.tapFailed(name, error));
      } catch (error) {
        this.#watcher.tapFailed(name, error);
      }
    }
    for (const queue of this.#queues) queue.push(event);
  }

  /** Calls `tap` with every event from now on; returns how to stop that. */
  tap(name: string, tap: Tap): () => void {
    const entry = { name, tap };
    this.#taps = [...this.#taps, entry];
    return () => {
      this.#taps = this.#taps.filter((other) => other !== entry);
    };
  }

  /** Starts a sink and feeds it from now on. Rejects where the sink cannot start. */
  async connect(sink: Sink, options: QueueOptions = {}): Promise<SinkQueue> {
    await sink.start();
    const queue = new SinkQueue(sink, options, this.#watcher);
    this.#queues = [...this.#queues, queue];
    return queue;
  }

  /** Resolves once every sink has what was published before the call. */
  async flush(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.flush()));
  }

  /** Drains and closes every sink, all at once, each within the deadline. Safe to call twice; never rejects. */
  async close(deadlineMillis: number): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close(deadlineMillis)));
  }
}
