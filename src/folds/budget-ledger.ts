import type { BudgetKind } from "../events/fields.ts";
import type { AgentEvent } from "../events/types.ts";

/** From which share of a budget on it warns. */
const WARN_RATIO = 0.8;
/** Most budgets that are followed at once. */
const MAX_BUDGETS = 2_000;

const DAY_MILLIS = 86_400_000;

export interface Budget {
  readonly source: string;
  readonly kind: BudgetKind;
  /** The agent's or the workflow's; undefined for the day. */
  readonly name: string | undefined;
  /** `agent:scribe`, `workflow:checkout`, `day`. */
  readonly scope: string;
  limitUsd: number;
  spentUsd: number;
  told: "nothing" | "warning" | "exceeded";
  day: number;
}

/** A budget that was just passed, to be told once. */
export interface Crossing {
  readonly level: "warning" | "exceeded";
  readonly budget: Budget;
}

const NOTHING: readonly Crossing[] = [];

/**
 * What was spent against which budget: from the moment it was set, or since midnight UTC for the day's. Money counts on model
 * calls only, as the same cost often stands on the agent's run as well.
 */
export class BudgetLedger {
  readonly #budgets = new Map<string, Budget>();

  all(): IterableIterator<Budget> {
    return this.#budgets.values();
  }

  /** Budgets that the described work spends from, whether or not they are used up. */
  budgetsOf(source: string, agent: string | undefined, workflow: string | undefined): Budget[] {
    if (this.#budgets.size === 0) return [];
    return [
      this.#find(source, "day", undefined),
      agent === undefined ? undefined : this.#find(source, "agent", agent),
      workflow === undefined ? undefined : this.#find(source, "workflow", workflow),
    ].filter((budget) => budget !== undefined);
  }

  /** Returns what the event passed. `workflow` is the name of the workflow that the event belongs to. */
  apply(event: AgentEvent, workflow: string | undefined): readonly Crossing[] {
    switch (event.type) {
      case "budget_set":
        return this.#set(event.source, event.data, event.timeUnixMillis);
      case "budget_warning":
      case "budget_exceeded":
        // Heard from elsewhere or read back after a restart: it was told, so it is not told again.
        return this.#markTold(event.source, event.data, event.type === "budget_exceeded" ? "exceeded" : "warning");
      case "model_called":
        return this.#spend(event, event.data.costUsd ?? 0, workflow);
      default:
        return NOTHING;
    }
  }

  #set(source: string, { kind, name, limitUsd }: { kind: BudgetKind; name?: string | undefined; limitUsd: number }, now: number): readonly Crossing[] {
    const key = keyOf(source, kind, name);
    const known = this.#budgets.get(key);
    if (known === undefined && this.#budgets.size >= MAX_BUDGETS) return NOTHING;
    const budget: Budget = known ?? { source, kind, name, scope: scopeOf(kind, name), limitUsd, spentUsd: 0, told: "nothing", day: dayOf(now) };
    budget.limitUsd = limitUsd;
    // A budget that was raised may be passed anew.
    budget.told = levelOf(budget) === "nothing" ? "nothing" : budget.told;
    this.#budgets.set(key, budget);
    return this.#settle([budget]);
  }

  #spend(event: AgentEvent, costUsd: number, workflow: string | undefined): readonly Crossing[] {
    if (costUsd <= 0) return NOTHING;
    const touched = this.budgetsOf(event.source, event.agent, workflow);
    for (const budget of touched) {
      rollDay(budget, event.timeUnixMillis);
      budget.spentUsd += costUsd;
    }
    return this.#settle(touched);
  }

  #settle(touched: readonly Budget[]): readonly Crossing[] {
    const crossings: Crossing[] = [];
    for (const budget of touched) {
      const level = levelOf(budget);
      if (level === "nothing" || level === budget.told || budget.told === "exceeded") continue;
      budget.told = level;
      crossings.push({ level, budget });
    }
    return crossings;
  }

  #markTold(source: string, { kind, name }: { kind: BudgetKind; name?: string | undefined }, level: "warning" | "exceeded"): readonly Crossing[] {
    const budget = this.#find(source, kind, name);
    if (budget !== undefined && budget.told !== "exceeded") budget.told = level;
    return NOTHING;
  }

  #find(source: string, kind: BudgetKind, name: string | undefined): Budget | undefined {
    return this.#budgets.get(keyOf(source, kind, name));
  }
}

/** True once nothing of it is left; a day's budget is whole again after midnight UTC. */
export function isUsedUp(budget: Budget, nowMillis: number): boolean {
  rollDay(budget, nowMillis);
  return budget.spentUsd >= budget.limitUsd;
}

function rollDay(budget: Budget, nowMillis: number): void {
  const day = dayOf(nowMillis);
  if (budget.kind !== "day" || day <= budget.day) return;
  budget.day = day;
  budget.spentUsd = 0;
  budget.told = "nothing";
}

function levelOf({ spentUsd, limitUsd }: Budget): Budget["told"] {
  if (spentUsd >= limitUsd) return "exceeded";
  return spentUsd >= limitUsd * WARN_RATIO ? "warning" : "nothing";
}

function dayOf(unixMillis: number): number {
  return Math.floor(unixMillis / DAY_MILLIS);
}

function scopeOf(kind: BudgetKind, name: string | undefined): string {
  return name === undefined ? kind : `${kind}:${name}`;
}

function keyOf(source: string, kind: BudgetKind, name: string | undefined): string {
  return `${source}\u0000${scopeOf(kind, name)}`;
}
