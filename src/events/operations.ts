import type { Correlation } from "./envelope.ts";
import type { EventType } from "./types.ts";

/** The pieces of work that are seen while they run. */
export type OperationKind = "agentRun" | "handoff" | "task" | "workflow" | "milestone";

/** Where an event stands in the life of a piece of work. */
export interface Boundary {
  readonly kind: OperationKind;
  readonly edge: "start" | "end";
}

/**
 * Which events begin and end the pieces of work that are seen while they run. What has an end but no start of its own (a model
 * call, a tool call) is told once, after the fact, and is not listed.
 */
const boundaries: { readonly [T in EventType]?: Boundary } = {
  agent_started: { kind: "agentRun", edge: "start" },
  agent_completed: { kind: "agentRun", edge: "end" },
  handoff_started: { kind: "handoff", edge: "start" },
  handoff_completed: { kind: "handoff", edge: "end" },
  task_assigned: { kind: "task", edge: "start" },
  task_completed: { kind: "task", edge: "end" },
  task_failed: { kind: "task", edge: "end" },
  workflow_started: { kind: "workflow", edge: "start" },
  workflow_completed: { kind: "workflow", edge: "end" },
  workflow_failed: { kind: "workflow", edge: "end" },
  milestone_started: { kind: "milestone", edge: "start" },
  milestone_completed: { kind: "milestone", edge: "end" },
  milestone_failed: { kind: "milestone", edge: "end" },
};

/** What an event of this type begins or ends; undefined for all others. */
export function boundaryOf(type: EventType): Boundary | undefined {
  return boundaries[type];
}

/**
 * The same for the start and the end of one piece of work of a kind; undefined where the sender gave nothing to tie them by. Tasks
 * and workflows have ids that hold across processes, as one service may assign what another completes.
 */
export function operationKey(kind: OperationKind, source: string, ids: Correlation): string | undefined {
  const shared = kind === "task" ? ids.taskId : kind === "workflow" ? ids.workflowId : undefined;
  if (shared !== undefined) return shared;
  // Span ids are random. Ids of the sender's own may be counted up, and then another sender has the same ones.
  return ids.operationId === undefined ? ids.spanId : `${source} ${ids.operationId}`;
}
