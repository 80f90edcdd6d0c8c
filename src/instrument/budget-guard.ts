import type { BudgetKind } from "../events/fields.ts";
import { type BudgetLedger, isUsedUp } from "../folds/budget-ledger.ts";
import { BudgetExceededError } from "./budget-error.ts";

/** Refuses work whose budget is used up, where the host asked for that. */
export class BudgetGuard {
  readonly #ledger: BudgetLedger;
  readonly #enforced = new Set<string>();

  constructor(ledger: BudgetLedger) {
    this.#ledger = ledger;
  }

  enforce(kind: BudgetKind, name: string | undefined, enforce: boolean): void {
    if (enforce) this.#enforced.add(scopeOf(kind, name));
    else this.#enforced.delete(scopeOf(kind, name));
  }

  /** Throws a {@link BudgetExceededError} where an enforced budget of the described work is used up. */
  check(source: string, agent: string | undefined, workflow: string | undefined): void {
    if (this.#enforced.size === 0) return;
    for (const budget of this.#ledger.budgetsOf(source, agent, workflow)) {
      if (this.#enforced.has(budget.scope) && isUsedUp(budget, Date.now())) throw new BudgetExceededError(budget);
    }
  }
}

function scopeOf(kind: BudgetKind, name: string | undefined): string {
  return name === undefined ? kind : `${kind}:${name}`;
}
