import type { BudgetKind } from "../events/fields.ts";

/** A budget with `enforce: true` is used up: the next run, task or model call that would spend from it throws this instead. */
export class BudgetExceededError extends Error {
  readonly code = "budget_exceeded";
  readonly kind: BudgetKind;
  /** The agent's or the workflow's name; undefined for the day's budget. */
  readonly scopeName: string | undefined;
  readonly limitUsd: number;
  readonly spentUsd: number;

  constructor(budget: { kind: BudgetKind; name: string | undefined; limitUsd: number; spentUsd: number }) {
    const of = budget.name === undefined ? "the day" : `${budget.kind} ${budget.name}`;
    super(`the budget of ${of} is used up: ${budget.spentUsd.toFixed(2)} of ${budget.limitUsd.toFixed(2)} US dollars are spent`);
    this.name = "BudgetExceededError";
    this.kind = budget.kind;
    this.scopeName = budget.name;
    this.limitUsd = budget.limitUsd;
    this.spentUsd = budget.spentUsd;
  }
}
