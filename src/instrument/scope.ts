import { AsyncLocalStorage } from "node:async_hooks";
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

const OUTERMOST: Scope = {
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

// A storage of our own rather than the OpenTelemetry context: ids must follow also where traces are switched off.
const storage = new AsyncLocalStorage<Scope>();

/** The names and ids that hold where the caller stands. */
export function currentScope(): Scope {
  return storage.getStore() ?? OUTERMOST;
}

export function runInScope<T>(scope: Scope, work: () => T): T {
  return storage.run(scope, work);
}

/** The scope inside a piece of work: what it names itself, and what it inherits. Always the same fields in the same order. */
export function nestScope(outer: Scope, own: Correlation & { readonly workflow?: string | undefined }): Scope {
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
    traceId: own.traceId ?? outer.traceId,
    spanId: own.spanId ?? outer.spanId,
  };
}
