import { putLast } from "../../folds/put-last.ts";
import type { Restorable } from "../../folds/restorable.ts";

/** Most services and sessions that are remembered. */
const MAX_REMEMBERED = 20_000;

/** Services and sessions that have told something; those who told last are remembered longest. */
export class Tellers implements Restorable<ReadonlyMap<string, true>> {
  #known = new Map<string, true>();

  save(): ReadonlyMap<string, true> {
    return new Map(this.#known);
  }

  restore(known: ReadonlyMap<string, true>): void {
    this.#known = new Map(known);
  }

  /** Something was told by a service, in a session where there is one. */
  add(source: string, sessionId: string | undefined): void {
    this.#remember(keyOf(source, undefined));
    if (sessionId !== undefined) this.#remember(keyOf(source, sessionId));
  }

  /** Whether the session told it or, without one, the service. */
  has(source: string, sessionId: string | undefined): boolean {
    return this.#known.has(keyOf(source, sessionId));
  }

  #remember(key: string): void {
    putLast(this.#known, key, true, MAX_REMEMBERED);
  }
}

function keyOf(source: string, sessionId: string | undefined): string {
  return `${source}\u0000${sessionId ?? ""}`;
}
