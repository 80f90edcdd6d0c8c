import type { AgentEvent } from "../events/types.ts";
import type { Restorable } from "./restorable.ts";

const MAX_SOURCES = 1_000;

/** How large each service's state was when it was last written. */
export class StateSizes implements Restorable<ReadonlyMap<string, number>> {
  #bytes = new Map<string, number>();

  all(): IterableIterator<[source: string, sizeBytes: number]> {
    return this.#bytes.entries();
  }

  save(): ReadonlyMap<string, number> {
    return new Map(this.#bytes);
  }

  restore(bytes: ReadonlyMap<string, number>): void {
    this.#bytes = new Map(bytes);
  }

  apply(event: AgentEvent): void {
    if (event.type !== "state_saved") return;
    if (this.#bytes.has(event.source) || this.#bytes.size < MAX_SOURCES) this.#bytes.set(event.source, event.data.sizeBytes);
  }
}
