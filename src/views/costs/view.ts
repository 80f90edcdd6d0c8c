import { z } from "zod";
import type { StoredEvent } from "../../events/types.ts";
import { putLast, touch } from "../../folds/put-last.ts";
import { type SpendingEvent, spendingTypes } from "../../folds/spending.ts";
import { moment, momentOf } from "../parts/answer.ts";
import { newSlots, type Slots, slotAt, slotsSince } from "../parts/slots.ts";
import { DAY_MILLIS, HOUR_MILLIS } from "../parts/tiers.ts";
import { defineView } from "../view.ts";
import { addLedger, type Dimension, dearest, enter, type Ledger, NONE, newLedger } from "./ledger.ts";
import { addTotals, newTotals, type Totals, totalsAnswer, totalsOf } from "./totals.ts";

/** Seven days, the hour that a period begins in, and the one that is being filled. */
const HOURS = 170;
const DAYS = 90;
/** Most tasks whose type, and most runs of workflows whose name is remembered. */
const MAX_TASKS = 20_000;
const MAX_RUNS = 5_000;

/** What was spent within an hour, or within a day, and when that was. */
interface Spent {
  readonly startMillis: number;
  readonly ledger: Ledger;
}

export interface State {
  readonly hours: Slots<Spent>;
  readonly days: Slots<Spent>;
  readonly taskTypes: Map<string, string>;
  readonly workflows: Map<string, string>;
}

const named = totalsAnswer.extend({
  name: z.string().nullable().describe("Null for what has none; `other` for what is too many."),
});

const costs = z
  .object({
    since: moment.describe("Where the period begins."),
    total: totalsAnswer,
    byService: z.array(named),
    byAgent: z.array(totalsAnswer.extend({ service: z.string().nullable(), name: z.string() })),
    byModel: z.array(totalsAnswer.extend({ provider: z.string().nullable(), name: z.string() })),
    byTaskType: z.array(named),
    byTier: z.array(named),
    byWorkflow: z.array(named),
    byDay: z.array(totalsAnswer.extend({ day: z.iso.date() })).describe("Days in UTC, oldest first."),
  })
  .meta({ id: "Costs" });

/**
 * Cost and tokens count on model calls and on sums of calls only: the same money often stands on the agent's run, on its task and on
 * its workflow as well. By whole hours in UTC for up to 7 days, by whole days for up to 90.
 */
export const costsView = defineView({
  summary: "What models cost, with tokens by kind: by service, agent, model, task type, tier, workflow and day.",
  version: 2,
  types: [
    ...spendingTypes,
    "task_queued",
    "task_assigned",
    "task_completed",
    "task_failed",
    "workflow_started",
    "workflow_completed",
    "workflow_failed",
  ],
  query: z
    .strictObject({
      hours: z.coerce.number().int().min(1).max(168).optional().describe("How many hours back to look, 1 to 168. [default: 24]"),
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(DAYS)
        .optional()
        .describe("How many days in UTC to look at, today included, 1 to 90."),
    })
    .refine(({ hours, days }) => hours === undefined || days === undefined, {
      path: ["days"],
      error: "cannot be given beside hours",
    }),
  answer: costs,
  initial: (): State => ({
    hours: newSlots(HOUR_MILLIS, HOURS),
    days: newSlots(DAY_MILLIS, DAYS),
    taskTypes: new Map(),
    workflows: new Map(),
  }),
  apply(state, event, timeUnixMillis) {
    switch (event.type) {
      case "task_queued":
      case "task_assigned":
      case "task_completed":
      case "task_failed":
        return remember(state.taskTypes, event.taskId as string, event.data.taskType, MAX_TASKS);
      case "workflow_started":
      case "workflow_completed":
      case "workflow_failed":
        return remember(state.workflows, event.workflowId as string, event.data.name, MAX_RUNS);
      case "model_called":
      case "usage_reported":
        return spend(state, event, timeUnixMillis);
    }
  },
  read({ hours: byHour, days: byDay }, { hours, days }, now) {
    const isByDay = days !== undefined;
    const width = isByDay ? DAY_MILLIS : HOUR_MILLIS;
    const back = isByDay ? (days - 1) * DAY_MILLIS : (hours ?? 24) * HOUR_MILLIS;
    const since = Math.floor((now - back) / width) * width;
    return answerOf(slotsSince(isByDay ? byDay : byHour, since, now), since);
  },
});

function remember(names: Map<string, string>, id: string, name: string, limit: number): void {
  if (names.get(id) === name) return;
  putLast(names, id, name, limit);
}

function spend(state: State, event: StoredEvent & SpendingEvent, timeUnixMillis: number): void {
  const { taskId, workflowId, source, agent, data } = event;
  const tier = event.type === "model_called" ? event.data.tier : undefined;
  const keys: Record<Dimension, string> = {
    service: source,
    agent: `${source}\n${agent}`,
    model: `${data.provider}\n${data.model}`,
    taskType: (taskId === undefined ? undefined : state.taskTypes.get(taskId)) ?? NONE,
    tier: tier ?? NONE,
    workflow: (workflowId === undefined ? undefined : state.workflows.get(workflowId)) ?? NONE,
  };
  const totals = totalsOf(event);
  for (const slots of [state.hours, state.days]) {
    const startMillis = Math.floor(timeUnixMillis / slots.widthMillis) * slots.widthMillis;
    const spent = slotAt(slots, timeUnixMillis, () => ({ startMillis, ledger: newLedger() }));
    if (spent !== undefined) enter(spent.ledger, keys, totals);
  }
}

function answerOf(spent: readonly Spent[], since: number): z.output<typeof costs> {
  const sum = newLedger();
  const days = new Map<string, Totals>();
  for (const { startMillis, ledger } of spent) {
    addLedger(sum, ledger);
    const day = momentOf(startMillis).slice(0, 10);
    addTotals(touch(days, day, DAYS, newTotals), ledger.total);
  }
  const { service, agent, model, taskType, tier, workflow } = sum.by;
  return {
    since: momentOf(since),
    total: sum.total,
    byService: namesOf(service),
    byAgent: pairsOf(agent).map(([first, name, totals]) => ({ service: first, name, ...totals })),
    byModel: pairsOf(model).map(([first, name, totals]) => ({ provider: first, name, ...totals })),
    byTaskType: namesOf(taskType),
    byTier: namesOf(tier),
    byWorkflow: namesOf(workflow),
    byDay: [...days].map(([day, totals]) => ({ day, ...totals })),
  };
}

function namesOf(totals: ReadonlyMap<string, Totals>) {
  return dearest(totals).map(([key, sum]) => ({ name: key === NONE ? null : key, ...sum }));
}

/** An agent with its service, a model with its provider; what is too many has neither. */
function pairsOf(totals: ReadonlyMap<string, Totals>): [first: string | null, name: string, totals: Totals][] {
  return dearest(totals).map(([key, sum]) => {
    const at = key.indexOf("\n");
    return at < 0 ? [null, key, sum] : [key.slice(0, at), key.slice(at + 1), sum];
  });
}
