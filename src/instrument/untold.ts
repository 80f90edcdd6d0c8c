import type { AgentEvent, StoredEvent } from "../events/types.ts";
import type { Crossing } from "../folds/budget-ledger.ts";
import { budgetEvent } from "./derived.ts";

/** A crash leaves no more than this between an event that was kept and what followed from it. */
const UNTOLD_MILLIS = 60_000;

/**
 * What follows from the last events before a restart. A crash may have come between an event and what followed from it, so it is told
 * once more: what was kept already is the same event, and kept once.
 */
export class Untold {
  #followed: { readonly event: AgentEvent; readonly heardUnixMillis: number }[] = [];
  #lastHeardUnixMillis = 0;

  /** Takes notice of an event that is read back, and of the budgets that it passed. */
  replayed(cause: StoredEvent, crossings: readonly Crossing[]): void {
    this.#lastHeardUnixMillis = cause.receivedUnixMillis;
    if (crossings.length === 0) return;
    this.#forgetOld();
    const heardUnixMillis = cause.receivedUnixMillis;
    for (const crossing of crossings) this.#followed.push({ event: budgetEvent(crossing, cause), heardUnixMillis });
  }

  /** All that may not have been told, once. */
  take(): AgentEvent[] {
    this.#forgetOld();
    return this.#followed.splice(0).map(({ event }) => event);
  }

  #forgetOld(): void {
    const sinceMillis = this.#lastHeardUnixMillis - UNTOLD_MILLIS;
    this.#followed = this.#followed.filter(({ heardUnixMillis }) => heardUnixMillis >= sinceMillis);
  }
}
