import type { EventType } from "../../events/types.ts";
import type { Flat } from "./flat.ts";

const outcomeWords = new Map(
  Object.entries({
    true: "success",
    success: "success",
    succeeded: "success",
    successful: "success",
    completed: "success",
    complete: "success",
    done: "success",
    ok: "success",
    passed: "success",
    pass: "success",
    approved: "success",
    false: "failure",
    failure: "failure",
    failed: "failure",
    fail: "failure",
    error: "failure",
    rejected: "failure",
    blocked: "failure",
    cancelled: "cancelled",
    canceled: "cancelled",
    aborted: "cancelled",
    timeout: "timeout",
    timed_out: "timeout",
    abandoned: "abandoned",
  }),
);

const priorityWords = new Map([
  ["urgent", "critical"],
  ["normal", "medium"],
  ["moderate", "medium"],
  ["minor", "low"],
]);

/** What types other than the usual call their two outcomes. */
const ownWords: { readonly [T in EventType]?: Readonly<Record<string, string>> } = {
  validation_completed: { success: "passed", failure: "failed" },
  review_completed: { success: "approved", failure: "rejected" },
};

/** What a type cannot do without, where the sender of another shape never says it. */
const defaults: { readonly [T in EventType]?: Flat } = {
  task_queued: { taskType: "task" },
  task_assigned: { taskType: "task" },
  task_completed: { taskType: "task", durationSeconds: 0 },
  task_failed: { taskType: "task", durationSeconds: 0 },
  agent_completed: { outcome: "success", durationSeconds: 0 },
  handoff_completed: { outcome: "success", durationSeconds: 0 },
  validation_completed: { outcome: "passed" },
  hitl_escalated: { priority: "medium" },
  milestone_completed: { milestoneType: "milestone", durationSeconds: 0 },
  milestone_failed: { milestoneType: "milestone", durationSeconds: 0 },
  milestone_started: { milestoneType: "milestone" },
  failure_recorded: { recoveryAttempted: false },
  budget_warning: { kind: "day" },
  budget_exceeded: { kind: "day" },
};

/** Puts right what another shape says differently: outcomes in its own words, percentages, what goes without saying. */
export function repair(type: EventType, flat: Flat): void {
  if (type === "model_called" || type === "tool_called") repairContent(flat);
  for (const [name, value] of Object.entries(defaults[type] ?? {})) flat[name] ??= value;
  if (flat.outcome !== undefined) flat.outcome = outcomeOf(type, flat.outcome);
  if (typeof flat.progressRatio === "number" && flat.progressRatio > 1) flat.progressRatio /= 100;
  if (typeof flat.priority === "string") flat.priority = priorityOf(flat.priority);
  if (type === "budget_warning" || type === "budget_exceeded") repairBudget(flat);
}

/** What a model or a tool was given and gave back is text; and a result of one word may be how it ended. */
function repairContent(flat: Flat): void {
  if (flat.outcome === undefined && outcomeWords.has(String(flat.result).toLowerCase())) {
    flat.outcome = flat.result;
    delete flat.result;
  }
  for (const name of ["input", "output", "arguments", "result"]) {
    const value = flat[name];
    if (value !== undefined && value !== null && typeof value !== "string") flat[name] = JSON.stringify(value);
  }
}

function outcomeOf(type: EventType, outcome: unknown): unknown {
  // An object may have a toString of its own, such as the number 7.
  if (typeof outcome !== "string" && typeof outcome !== "boolean") return outcome;
  const word = outcomeWords.get(String(outcome).toLowerCase());
  return word === undefined ? outcome : (ownWords[type]?.[word] ?? word);
}

function priorityOf(priority: string): string {
  const word = priority.toLowerCase();
  return priorityWords.get(word) ?? word;
}

/** A threshold that is told without its two sides still says that 80 or 100 % were spent. */
function repairBudget(flat: Flat): void {
  flat.limitUsd ??= flat.spentUsd ?? 0;
  flat.spentUsd ??= flat.limitUsd;
}
