/** Tells people how it stands with the hub: once when it cannot be used, once when it can again. */
export interface LinkWatcher {
  /** Takes one sentence, at most once a minute per kind. */
  tell(kind: string, describe: () => string): void;
  /** Events that wait for the hub. */
  waiting(): number;
}

/** Whether the hub takes events, as far as the last delivery knows. */
export class HubLink {
  readonly #watcher: LinkWatcher;
  readonly #hub: string;
  readonly #told = new Set<string>();
  #trouble: string | undefined;
  #failure = Promise.withResolvers<void>();

  constructor(hub: string, watcher: LinkWatcher) {
    this.#hub = hub;
    this.#watcher = watcher;
  }

  /** What is wrong and what waits, in words; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#trouble === undefined ? undefined : `the hub at ${this.#hub} ${this.#trouble}; ${this.#waiting()}`;
  }

  /** Resolves when a delivery fails from now on. */
  get nextFailure(): Promise<void> {
    return this.#failure.promise;
  }

  /** A delivery failed; `trouble` goes on from "the hub at … ". */
  failed(kind: string, trouble: string): void {
    this.#trouble = trouble;
    this.#failure.resolve();
    this.#failure = Promise.withResolvers();
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#watcher.tell(`hub ${kind}`, () => this.trouble ?? "");
  }

  /** The hub has answered as hubs do. */
  works(): void {
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#told.clear();
    this.#watcher.tell("hub back", () => `the hub at ${this.#hub} takes events again; ${this.#waiting()}`);
  }

  #waiting(): string {
    const waiting = this.#watcher.waiting();
    return waiting === 1 ? "1 event waits" : `${waiting} events wait`;
  }
}
