import type { EventData, EventType } from "../events/types.ts";

/** What a person wants to see of each event at a glance, in this order; the rest is in the store. */
const factsByType = {
  project_created: ["name", "status"],
  feature_created: ["name", "status"],
  agent_registered: ["role", "model"],
  agent_started: ["role", "model"],
  agent_completed: ["outcome", "durationSeconds", "costUsd"],
  agent_heartbeat: ["status"],
  process_heartbeat: [],
  handoff_started: ["reason"],
  handoff_completed: ["outcome", "durationSeconds", "reason"],
  decision_made: ["decisionType", "choice", "confidenceRatio"],
  agents_coordinated: ["pattern", "agents"],
  task_queued: ["taskType", "name", "priority"],
  task_assigned: ["taskType", "reason", "queueDurationSeconds"],
  task_progressed: ["progressRatio", "step", "message"],
  task_completed: ["taskType", "durationSeconds", "retries"],
  task_failed: ["taskType", "outcome", "errorMessage"],
  workflow_started: ["name"],
  workflow_completed: ["name", "durationSeconds", "costUsd"],
  workflow_failed: ["name", "outcome", "errorMessage"],
  step_progressed: ["step", "status", "progressRatio"],
  model_called: ["model", "outcome", "inputTokens", "outputTokens", "costUsd"],
  usage_reported: ["model", "inputTokens", "outputTokens", "costUsd"],
  tool_called: ["tool", "outcome", "durationSeconds"],
  skill_invoked: ["skill", "outcome", "durationSeconds"],
  context_updated: ["tokens", "limitTokens", "items"],
  context_refreshed: ["durationSeconds", "tokens"],
  context_compacted: ["tokensBefore", "tokensAfter"],
  validation_completed: ["name", "outcome", "durationSeconds"],
  review_completed: ["outcome", "subject", "reasons"],
  hitl_escalated: ["priority", "reason", "attempts"],
  budget_set: ["kind", "name", "limitUsd"],
  budget_warning: ["name", "spentUsd", "limitUsd"],
  budget_exceeded: ["name", "spentUsd", "limitUsd"],
  safety_blocked: ["policy", "action", "reason"],
  error_raised: ["errorType", "errorMessage"],
  failure_recorded: ["component", "failureType", "recoverySuccessful"],
  milestone_started: ["milestoneType", "name"],
  milestone_completed: ["milestoneType", "name", "durationSeconds"],
  milestone_failed: ["milestoneType", "outcome", "errorMessage"],
  journey_executed: ["journey", "outcome", "durationSeconds"],
  state_saved: ["sizeBytes", "durationSeconds"],
  state_loaded: ["sizeBytes", "durationSeconds"],
  measurement_recorded: ["name", "value", "unit"],
  phase_started: ["phase", "plannedTasks"],
  phase_completed: ["phase", "outcome", "summary"],
  alert_fired: ["severity", "alert", "summary"],
  alert_resolved: ["alert", "summary"],
} as const satisfies { [T in EventType]: readonly (keyof EventData<T>)[] };

/** Names of the fields of `data` that stand in an event's line. */
export function factsOf(type: EventType): readonly string[] {
  return factsByType[type];
}

/** One field in words: `durationSeconds` 1.25 is "1.3 s", `inputTokens` 1200 is "1,200 input tokens". */
export function describeFact(field: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "boolean") return value ? words(field) : `no ${words(field)}`;
  if (typeof value !== "number") return String(value);
  if (field === "value") return String(value);
  if (field === "durationSeconds") return describeSeconds(value);
  if (field.endsWith("Seconds")) return `${words(field.slice(0, -"Seconds".length))} ${describeSeconds(value)}`;
  if (field === "costUsd") return describeUsd(value);
  if (field.endsWith("Usd")) return `${words(field.slice(0, -"Usd".length))} ${describeUsd(value)}`;
  if (field.endsWith("Ratio")) return `${words(field.slice(0, -"Ratio".length))} ${Math.round(value * 100)} %`;
  if (field.endsWith("Bytes")) return describeBytes(value);
  if (/^tokens|^limitTokens$/.test(field)) return `${words(field)} ${value.toLocaleString("en-US")}`;
  return `${value.toLocaleString("en-US")} ${words(field)}`;
}

/** `recoverySuccessful` → "recovery successful" */
function words(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function describeSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Model calls cost fractions of a cent, budgets whole dollars. */
function describeUsd(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

function describeBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
