import type { Correlation } from "../events/envelope.ts";

/** What a piece of work hands down to everything that happens inside it. */
export interface Scope {
  readonly agent: string | undefined;
  readonly agentId: string | undefined;
  readonly sessionId: string | undefined;
  readonly workflowId: string | undefined;
  readonly taskId: string | undefined;
  readonly featureId: string | undefined;
  readonly projectId: string | undefined;
  /** The running workflow's name, by which its budget is found. */
  readonly workflow: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** Where nothing of ours is around. */
export const OUTERMOST: Scope = {
  agent: undefined,
  agentId: undefined,
  sessionId: undefined,
  workflowId: undefined,
  taskId: undefined,
  featureId: undefined,
  projectId: undefined,
  workflow: undefined,
  traceId: undefined,
  spanId: undefined,
};

/** The scope inside a piece of work: what it names itself, and what it inherits. Always the same fields in the same order. */
export function nestScope(
  outer: Scope,
  own: Correlation & { readonly workflow?: string | undefined },
  span: { readonly traceId: string; readonly spanId: string } | undefined,
): Scope {
  return {
    agent: own.agent ?? outer.agent,
    // Another agent inside this one's work is another instance as well.
    agentId: own.agentId ?? (own.agent === undefined || own.agent === outer.agent ? outer.agentId : undefined),
    sessionId: own.sessionId ?? outer.sessionId,
    workflowId: own.workflowId ?? outer.workflowId,
    taskId: own.taskId ?? outer.taskId,
    featureId: own.featureId ?? outer.featureId,
    projectId: own.projectId ?? outer.projectId,
    workflow: own.workflow ?? outer.workflow,
    traceId: span === undefined ? outer.traceId : span.traceId,
    spanId: span === undefined ? outer.spanId : span.spanId,
  };
}
