import type { BudgetKind } from "../events/fields.ts";
import type { AgentEvent, EventData } from "../events/types.ts";
import { copyOf, type Restorable } from "./restorable.ts";
import { type SpendingEvent, spendingOf } from "./spending.ts";

/** From which share of a budget on it warns. */
const WARN_RATIO = 0.8;
/** Ten times a tenth of a dollar is a little less than a dollar in binary, and still all of it. */
const ROUNDING_RATIO = 1 - 1e-9;
/** Most budgets that are followed at once. */
const MAX_BUDGETS = 2_000;

const DAY_MILLIS = 86_400_000;

const LEVELS = ["nothing", "warning", "exceeded"] as const;
/** How much of a budget is spent, as far as it is told. */
type Level = (typeof LEVELS)[number];

export interface Budget {
  readonly source: string;
  readonly kind: BudgetKind;
  /** The agent's or the workflow's; undefined for the day. */
  readonly name: string | undefined;
  /** `agent:scribe`, `workflow:checkout`, `day`. */
  readonly scope: string;
  limitUsd: number;
  spentUsd: number;
  /** The part of it that was worked out from tokens and prices; the rest was told. */
  estimatedSpentUsd: number;
  told: Level;
  day: number;
}

/** A budget that was just passed, to be told once. */
export interface Crossing {
  readonly level: "warning" | "exceeded";
  readonly budget: Budget;
}

const NOTHING: readonly Crossing[] = Object.freeze([]);

/**
 * What was spent against which budget: from the moment it was set, or since midnight UTC for the day's.
 */
export class BudgetLedger implements Restorable<ReadonlyMap<string, Budget>> {
  #budgets = new Map<string, Budget>();
  #crossings: Crossing[] = [];

  /** Crossings are not in it: they are taken as soon as they are made, and told by events of their own. */
  save(): ReadonlyMap<string, Budget> {
    return copyOf(this.#budgets);
  }

  restore(budgets: ReadonlyMap<string, Budget>): void {
    this.#budgets = new Map(budgets);
  }

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

  /** Budgets that were passed since this was last asked, each told once. */
  takeCrossings(): readonly Crossing[] {
    if (this.#crossings.length === 0) return NOTHING;
    const crossings = this.#crossings;
    this.#crossings = [];
    return crossings;
  }

  /** `workflow` is the name of the workflow that the event belongs to. */
  apply(event: AgentEvent, workflow: string | undefined): void {
    switch (event.type) {
      case "budget_set":
        return this.#set(event.source, event.data, event.timeUnixMillis);
      case "budget_warning":
      case "budget_exceeded":
        // Heard from elsewhere or read back after a restart: it was told, so it is not told again.
        return this.#markTold(
          event.source,
          event.data,
          event.type === "budget_exceeded" ? "exceeded" : "warning",
          event.timeUnixMillis,
        );
      case "model_called":
      case "usage_reported":
        return this.#spend(event, workflow);
    }
  }

  #set(source: string, set: EventData<"budget_set">, now: number): void {
    const key = keyOf(source, set.kind, set.name);
    const known = this.#budgets.get(key);
    if (known === undefined && this.#budgets.size >= MAX_BUDGETS) return;
    const budget = known ?? newBudget(source, set, now);
    rollDay(budget, now);
    budget.limitUsd = set.limitUsd;
    // A budget that was raised may be passed anew.
    if (isAbove(budget.told, levelOf(budget))) budget.told = levelOf(budget);
    this.#budgets.set(key, budget);
    return this.#settle([budget]);
  }

  #spend(event: SpendingEvent, workflow: string | undefined): void {
    if ((event.data.costUsd ?? 0) === 0) return;
    const touched = this.budgetsOf(event.source, event.agent, workflow);
    for (const budget of touched) spendFrom(budget, event, event.timeUnixMillis);
    return this.#settle(touched);
  }

  #settle(touched: readonly Budget[]): void {
    for (const budget of touched) {
      const level = levelOf(budget);
      if (level === "nothing" || !isAbove(level, budget.told)) continue;
      budget.told = level;
      this.#crossings.push({ level, budget });
    }
  }

  #markTold(source: string, told: EventData<"budget_warning">, level: Level, now: number): void {
    const budget = this.#find(source, told.kind, told.name);
    // What is said of a lower limit than the one that holds was overtaken by a raise.
    if (budget === undefined || told.limitUsd < budget.limitUsd) return;
    rollDay(budget, now);
    if (isAbove(level, budget.told)) budget.told = level;
  }

  #find(source: string, kind: BudgetKind, name: string | undefined): Budget | undefined {
    return this.#budgets.get(keyOf(source, kind, name));
  }
}

/** A budget that nothing is spent of. */
export function newBudget(source: string, { kind, name, limitUsd }: EventData<"budget_set">, nowMillis: number): Budget {
  const scope = scopeOf(kind, name);
  return { source, kind, name, scope, limitUsd, spentUsd: 0, estimatedSpentUsd: 0, told: "nothing", day: dayOf(nowMillis) };
}

/** Spends from a budget; false where it was told so late that the budget's day is over. */
export function spendFrom(budget: Budget, event: SpendingEvent, atMillis: number): boolean {
  rollDay(budget, atMillis);
  if (budget.kind === "day" && dayOf(atMillis) < budget.day) return false;
  const { costUsd = 0, estimatedCostUsd } = spendingOf(event);
  budget.spentUsd += costUsd;
  budget.estimatedSpentUsd += estimatedCostUsd;
  return true;
}

/** How much of it is spent; a day's budget is whole again after midnight UTC. */
export function levelAt(budget: Budget, nowMillis: number): Level {
  rollDay(budget, nowMillis);
  return levelOf(budget);
}

/** True once nothing of it is left. */
export function isUsedUp(budget: Budget, nowMillis: number): boolean {
  return levelAt(budget, nowMillis) === "exceeded";
}

function rollDay(budget: Budget, nowMillis: number): void {
  const day = dayOf(nowMillis);
  if (budget.kind !== "day" || day <= budget.day) return;
  budget.day = day;
  budget.spentUsd = 0;
  budget.estimatedSpentUsd = 0;
  budget.told = "nothing";
}

function levelOf({ spentUsd, limitUsd }: Budget): Level {
  if (spentUsd >= limitUsd * ROUNDING_RATIO) return "exceeded";
  return spentUsd >= limitUsd * WARN_RATIO * ROUNDING_RATIO ? "warning" : "nothing";
}

function isAbove(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other);
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
