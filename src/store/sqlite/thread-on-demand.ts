import type { ThreadClient } from "./thread-client.ts";

/**
 * A thread that is there while somebody calls it: it begins with the first call, and ends when nobody has called for a while, with the
 * megabytes that a thread holds. One that crashed is followed by another.
 */
export class ThreadOnDemand<Served> {
  readonly #start: () => ThreadClient<Served>;
  readonly #idleMillis: number;
  #client: ThreadClient<Served> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed: Promise<unknown> = Promise.resolve();

  constructor(start: () => ThreadClient<Served>, idleMillis: number) {
    this.#start = start;
    this.#idleMillis = idleMillis;
  }

  /** Whom to call, at once: by the next turn it may be another. */
  get client(): ThreadClient<Served> {
    if (this.#client === undefined || this.#client.ended) this.#client = this.#start();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), this.#idleMillis).unref();
    return this.#client;
  }

  /** Lets the thread answer what it owes, and end. Safe to call twice; whoever calls afterwards has another. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#closed = Promise.all([this.#closed, this.#client?.close()]);
    this.#client = undefined;
    await this.#closed;
  }
}
