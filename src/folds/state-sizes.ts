import type { AgentEvent } from "../events/types.ts";

const MAX_SOURCES = 1_000;

/** How large each service's state was when it was last written. */
export class StateSizes {
  readonly #bytes = new Map<string, number>();

  all(): IterableIterator<[source: string, sizeBytes: number]> {
    return this.#bytes.entries();
  }

  apply(event: AgentEvent): void {
    if (event.type !== "state_saved") return;
    if (this.#bytes.has(event.source) || this.#bytes.size < MAX_SOURCES) this.#bytes.set(event.source, event.data.sizeBytes);
  }
}
