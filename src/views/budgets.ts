import { z } from "zod";
import { budgetKinds } from "../events/fields.ts";
import type { EventOf, StoredEvent } from "../events/types.ts";
import { type Budget, levelAt, newBudget, spendFrom } from "../folds/budget-ledger.ts";
import { type EarlyEnds, hasEndedEarly, noteEarlyEnd } from "../folds/early-ends.ts";
import { putLast, touch } from "../folds/put-last.ts";
import { type SpendingEvent, spendingTypes } from "../folds/spending.ts";
import { moment, momentOf, usd } from "./parts/answer.ts";
import { newSlots, type Slots, slotAt, slotsSince } from "./parts/slots.ts";
import { ratio } from "./parts/sums.ts";
import { DAY_MILLIS, HOUR_MILLIS } from "./parts/tiers.ts";
import { defineView } from "./view.ts";

/** As the gauges of budgets have it. */
const MAX_BUDGETS = 2_000;
const MAX_RUNS = 20_000;
const SLOT_MILLIS = 300_000;
/** The last hour, and the slot that is being filled. */
const SLOTS = 13;
/** The last moment that ISO 8601 writes with four digits for the year. */
const LAST_MILLIS = Date.UTC(9_999, 11, 31, 23, 59, 59, 999);

interface Followed {
  readonly budget: Budget;
  readonly setMillis: number;
  /** What was spent lately, to tell the pace. */
  readonly lately: Slots<{ usd: number }>;
}

export interface State {
  /** By service, and there by scope. */
  readonly budgets: Map<string, Map<string, Followed>>;
  /** Names of workflows that run, by the id of the run. */
  readonly running: Map<string, string>;
  /** When runs ended that were not seen to begin: a start that is told after its end begins nothing. */
  readonly earlyEndsMillis: EarlyEnds;
}

const budgetAnswer = z
  .object({
    service: z.string(),
    scope: z.string().describe("`day`, or whose it is: `agent:scribe`, `workflow:checkout`."),
    kind: z.enum(budgetKinds),
    name: z.string().nullable().describe("The agent's or the workflow's."),
    limitUsd: usd,
    spentUsd: usd.describe("Since it was set; the day's since midnight UTC."),
    estimatedSpentUsd: usd.describe(
      "The part of it that was worked out from tokens and prices; the rest was told by the senders.",
    ),
    spentRatio: z.number().nonnegative().nullable().meta({ unit: "1 is all of it" }).describe("Null where the limit is 0."),
    status: z.enum(["ok", "warning", "exceeded"]).describe("Warning: 80 % is spent. Exceeded: all of it."),
    burnUsdPerHour: usd.describe("Pace of the last hour, or since it was set, over 5 minutes at least."),
    exhaustedAt: moment
      .nullable()
      .describe(
        "When it will be spent at this pace; null where it is spent already, nothing is being spent, or the day ends before.",
      ),
  })
  .meta({ id: "Budget" });

/**
 * Budgets as the gauges `agent_budget_usd` and `agent_budget_spent_usd` have them: what models cost, from the moment that the budget was
 * set, or since midnight UTC for the day's.
 */
export const budgetsView = defineView({
  summary: "Every budget: what is spent of it, how fast, and when it will be used up at this pace.",
  version: 3,
  types: ["budget_set", ...spendingTypes, "workflow_started", "workflow_completed", "workflow_failed"],
  query: z.strictObject({ service: z.string().optional(), status: budgetAnswer.shape.status.optional() }),
  answer: z.object({ budgets: z.array(budgetAnswer) }),
  initial: (): State => ({ budgets: new Map(), running: new Map(), earlyEndsMillis: new Map() }),
  apply(state, event, timeUnixMillis) {
    switch (event.type) {
      case "budget_set":
        return set(state, event, timeUnixMillis);
      case "model_called":
      case "usage_reported":
        return spend(state, event, timeUnixMillis);
      case "workflow_started":
        return begin(state, event);
      case "workflow_completed":
      case "workflow_failed":
        return end(state, event);
    }
  },
  read: ({ budgets }, { service, status }, now) => ({
    budgets: [...budgets.values()]
      .flatMap((scopes) => [...scopes.values()])
      .map((followed) => answerOf(followed, now))
      .filter((answer) => service === undefined || answer.service === service)
      .filter((answer) => status === undefined || answer.status === status),
  }),
});

function set({ budgets }: State, { source, data }: EventOf<"budget_set">, timeUnixMillis: number): void {
  const budget = newBudget(source, data, timeUnixMillis);
  const known = budgets.get(source)?.get(budget.scope);
  if (known !== undefined) {
    known.budget.limitUsd = data.limitUsd;
    return;
  }
  let count = 0;
  for (const scopes of budgets.values()) count += scopes.size;
  if (count >= MAX_BUDGETS) return;
  const scopes = touch(budgets, source, MAX_BUDGETS, () => new Map<string, Followed>());
  scopes.set(budget.scope, { budget, setMillis: timeUnixMillis, lately: newSlots(SLOT_MILLIS, SLOTS) });
}

function begin({ running, earlyEndsMillis }: State, event: EventOf<"workflow_started">): void {
  const runId = event.workflowId as string;
  if (hasEndedEarly(earlyEndsMillis, runId, event.timeUnixMillis)) return;
  putLast(running, runId, event.data.name, MAX_RUNS);
}

function end({ running, earlyEndsMillis }: State, event: StoredEvent): void {
  const runId = event.workflowId as string;
  if (!running.delete(runId)) noteEarlyEnd(earlyEndsMillis, runId, event.timeUnixMillis);
}

function spend({ budgets, running }: State, event: StoredEvent & SpendingEvent, timeUnixMillis: number): void {
  const { source, agent, workflowId } = event;
  const { costUsd = 0 } = event.data;
  const scopes = budgets.get(source);
  if (scopes === undefined || costUsd === 0) return;
  const workflow = workflowId === undefined ? undefined : running.get(workflowId);
  const touched = ["day", `agent:${agent}`, ...(workflow === undefined ? [] : [`workflow:${workflow}`])];
  for (const scope of touched) {
    const followed = scopes.get(scope);
    if (followed === undefined || !spendFrom(followed.budget, event, timeUnixMillis)) continue;
    const slot = slotAt(followed.lately, timeUnixMillis, () => ({ usd: 0 }));
    if (slot !== undefined) slot.usd += costUsd;
  }
}

function answerOf({ budget: { ...budget }, setMillis, lately }: Followed, now: number): z.output<typeof budgetAnswer> {
  const level = levelAt(budget, now);
  const burnUsdPerHour = burnOf(lately, setMillis, now);
  return {
    service: budget.source,
    scope: budget.scope,
    kind: budget.kind,
    name: budget.name ?? null,
    limitUsd: budget.limitUsd,
    spentUsd: budget.spentUsd,
    estimatedSpentUsd: budget.estimatedSpentUsd,
    spentRatio: ratio(budget.spentUsd, budget.limitUsd),
    status: level === "nothing" ? "ok" : level,
    burnUsdPerHour,
    exhaustedAt: level === "exceeded" ? null : exhaustedAt(budget, burnUsdPerHour, now),
  };
}

/** A budget that was set a moment ago has had no hour yet; less than one slot says nothing about a pace. */
function burnOf(lately: Slots<{ usd: number }>, setMillis: number, now: number): number {
  const since = (Math.floor((now - HOUR_MILLIS) / SLOT_MILLIS) + 1) * SLOT_MILLIS;
  const spentUsd = slotsSince(lately, since, now).reduce((sum, slot) => sum + slot.usd, 0);
  return (spentUsd * HOUR_MILLIS) / Math.max(SLOT_MILLIS, now - Math.max(since, setMillis));
}

function exhaustedAt({ kind, day, limitUsd, spentUsd }: Budget, burnUsdPerHour: number, now: number): string | null {
  if (burnUsdPerHour === 0) return null;
  const millis = now + ((limitUsd - spentUsd) / burnUsdPerHour) * HOUR_MILLIS;
  const isTooLate = kind === "day" && millis >= (day + 1) * DAY_MILLIS;
  // So far ahead nobody waits, and few can read it.
  return isTooLate || millis > LAST_MILLIS ? null : momentOf(millis);
}
