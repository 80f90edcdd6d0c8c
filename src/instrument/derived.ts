import { derivedId } from "../events/derived-id.ts";
import type { AgentEvent } from "../events/types.ts";
import type { Crossing } from "../folds/budget-ledger.ts";
import type { OpenOperation } from "../folds/open-operations.ts";

/** Events that nobody sends, because they follow from others. Worked out anew after a crash, they are the same events: their ids follow as well. */

/**
 * The end of work that nobody will end: as its kind ends otherwise, with the outcome `abandoned`.
 *
 * @param lastMillis up to when it may have gone on
 */
export function abandonedEnd({ start }: OpenOperation, lastMillis: number): AgentEvent {
  const endMillis = Math.max(start.timeUnixMillis, lastMillis);
  // What its sender noted beside the start is not said again: it is let go of where work stays open for long.
  const envelope = { ...start, id: derivedId(start.id, "abandoned"), timeUnixMillis: endMillis, attributes: undefined };
  const outcome = "abandoned" as const;
  const durationSeconds = (endMillis - start.timeUnixMillis) / 1_000;
  switch (start.type) {
    case "handoff_started":
      return { ...envelope, type: "handoff_completed", data: { ...start.data, outcome, durationSeconds } };
    case "agent_started":
      return { ...envelope, type: "agent_completed", data: { outcome, durationSeconds } };
    case "task_assigned":
      return { ...envelope, type: "task_failed", data: { taskType: start.data.taskType, outcome, durationSeconds } };
    case "workflow_started":
      return { ...envelope, type: "workflow_failed", data: { name: start.data.name, outcome, durationSeconds } };
    case "milestone_started":
      return { ...envelope, type: "milestone_failed", data: { ...start.data, outcome, durationSeconds } };
    default:
      throw new TypeError(`${start.type} begins nothing that could be abandoned`);
  }
}

/** Tells that 80 % or all of a budget is spent; `cause` is the event that spent it. */
export function budgetEvent({ level, budget }: Crossing, cause: AgentEvent): AgentEvent {
  const { kind, name, limitUsd, spentUsd, source, scope } = budget;
  const type = level === "warning" ? "budget_warning" : "budget_exceeded";
  return {
    id: derivedId(cause.id, `${type} ${scope}`),
    type,
    timeUnixMillis: cause.timeUnixMillis,
    source,
    agent: cause.agent,
    workflowId: cause.workflowId,
    taskId: cause.taskId,
    traceId: cause.traceId,
    spanId: cause.spanId,
    // Amounts may add up to more than a number holds, and infinity cannot be written as JSON.
    data: { kind, name, limitUsd, spentUsd: Math.min(spentUsd, Number.MAX_VALUE) },
  };
}
