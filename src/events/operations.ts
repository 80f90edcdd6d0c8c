import type { Correlation } from "./envelope.ts";
import type { AgentEvent, EventType } from "./types.ts";

/**
 * Which event begins and which event ends the pieces of work that are seen while they run. A piece of work that has an
 * end but no start of its own (a model call, a tool call) is told once, after the fact, and is not listed here.
 */
const boundaries = {
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
} as const satisfies Partial<Record<EventType, { kind: string; edge: "start" | "end" }>>;

type BoundaryType = keyof typeof boundaries;
export type OperationKind = (typeof boundaries)[BoundaryType]["kind"];

export interface Boundary {
  readonly kind: OperationKind;
  readonly edge: "start" | "end";
  /** The same for the start and the end of one piece of work; undefined where the sender gave nothing to tie them by. */
  readonly key: string | undefined;
}

/** Where an event begins or ends a piece of work, says which; undefined for all other events. */
export function boundaryOf(event: AgentEvent): Boundary | undefined {
  const boundary: { kind: OperationKind; edge: "start" | "end" } | undefined = boundaries[event.type as BoundaryType];
  if (boundary === undefined) return undefined;
  return { ...boundary, key: operationKey(boundary.kind, event.source, event) };
}

/** What ties the start and the end of a piece of work together; undefined where the sender gave nothing to tie them by. */
export function operationKey(kind: OperationKind, source: string, ids: Correlation): string | undefined {
  // Tasks and workflows have ids that hold across processes: one service may assign what another completes.
  const shared = kind === "task" ? ids.taskId : kind === "workflow" ? ids.workflowId : undefined;
  if (shared !== undefined) return `${kind} ${shared}`;
  const own = ids.operationId ?? ids.spanId;
  return own === undefined ? undefined : `${kind} ${source} ${own}`;
}
