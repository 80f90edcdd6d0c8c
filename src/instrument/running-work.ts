/** What this room needs to know of a piece of work. */
interface Running {
  readonly key: string | undefined;
  abandon(): void;
}

/** Most pieces of work that run at once; the oldest is given up. A host that leaks promises must not fill the memory with ours. */
const MAX_RUNNING = 50_000;

/** The pieces of work of this process that have not ended: alive however silent they are, and given up when Crowsnest closes. */
export class RunningWork {
  readonly #running = new Set<Running>();

  get size(): number {
    return this.#running.size;
  }

  add(work: Running): void {
    if (this.#running.size >= MAX_RUNNING) {
      const [oldest] = this.#running;
      oldest?.abandon();
    }
    this.#running.add(work);
  }

  delete(work: Running): void {
    this.#running.delete(work);
  }

  keys(): Set<string> {
    return new Set([...this.#running].flatMap(({ key }) => key ?? []));
  }

  abandonAll(): void {
    for (const work of [...this.#running]) work.abandon();
  }
}
