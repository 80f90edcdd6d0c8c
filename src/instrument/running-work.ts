/** A piece of work in the list of those that run: it carries its own links, so that joining and leaving cost nothing. */
export interface Running {
  previousRunning: Running | undefined;
  nextRunning: Running | undefined;
  /** Kind and key of work that the vocabulary sees while it runs. */
  readonly key: string | undefined;
  abandon(): void;
}

/** Most pieces of work that run at once; the oldest is given up. A host that leaks promises must not fill the memory with ours. */
const MAX_RUNNING = 50_000;

/** The pieces of work of this process that have not ended: alive however silent they are, and given up when Crowsnest closes. */
export class RunningWork {
  #oldest: Running | undefined;
  #newest: Running | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(work: Running): void {
    if (this.#size >= MAX_RUNNING) this.#oldest?.abandon();
    work.previousRunning = this.#newest;
    if (this.#newest === undefined) this.#oldest = work;
    else this.#newest.nextRunning = work;
    this.#newest = work;
    this.#size += 1;
  }

  /** To be called once for each piece of work that was added. */
  delete(work: Running): void {
    const { previousRunning: previous, nextRunning: next } = work;
    if (previous === undefined) this.#oldest = next;
    else previous.nextRunning = next;
    if (next === undefined) this.#newest = previous;
    else next.previousRunning = previous;
    work.previousRunning = undefined;
    work.nextRunning = undefined;
    this.#size -= 1;
  }

  /** Kind and key of whatever the vocabulary sees while it runs, as one text each. */
  keys(): string[] {
    return this.#all().flatMap(({ key }) => key ?? []);
  }

  abandonAll(): void {
    for (const work of this.#all()) work.abandon();
  }

  #all(): Running[] {
    const all: Running[] = [];
    for (let work = this.#oldest; work !== undefined; work = work.nextRunning) all.push(work);
    return all;
  }
}
