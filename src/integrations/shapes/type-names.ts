import { eventSchemas } from "../../events/schemas.ts";
import type { EventType } from "../../events/types.ts";

/** Other systems' names for what the vocabulary has. */
const otherNames: Readonly<Record<string, EventType>> = {
  agent_coordination: "agents_coordinated",
  decision_point: "decision_made",
  task_assignment: "task_assigned",
  task_progress: "task_progressed",
  task_progress_reported: "task_progressed",
  performance_metric: "measurement_recorded",
  failure_event: "failure_recorded",
  validation_complete: "validation_completed",
  workflow_complete: "workflow_completed",
  agent_complete: "agent_completed",
  handoff: "handoff_completed",
  tool_call: "tool_called",
  model_call: "model_called",
  skill_invocation: "skill_invoked",
  cuj_executed: "journey_executed",
};

/** The type that a name means, in any of its spellings; the name itself where it means none. */
export function typeOf(name: string): string {
  const plain = name
    .trim()
    .replaceAll(/[\s-]+/g, "_")
    .toLowerCase();
  if (Object.hasOwn(eventSchemas, plain)) return plain;
  if (Object.hasOwn(otherNames, plain)) return otherNames[plain] as string;
  // CloudEvents put a reverse domain name before it.
  const last = plain.slice(plain.lastIndexOf(".") + 1);
  return last === plain ? name : typeOf(last);
}

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventSchemas, type);
}
