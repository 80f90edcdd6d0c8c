import { type Meaning, readMeaning } from "./meaning.ts";
import type { Span } from "./span.ts";
import { hasUsage } from "./usage.ts";

/** A span and what it tells. */
export interface Read {
  readonly span: Span;
  readonly key: string;
  readonly meaning: Meaning | undefined;
  /** The span says what a model used. */
  readonly hasUsage: boolean;
}

/** A span in its place among those that came with it or before it. */
export interface Node extends Read {
  /** The span directly above it, where that came in the same batch. */
  parent: Node | undefined;
  /** Nearest spans above it: what tells something, whose work it is (an agent's run, or a handoff to it), and a workflow's run. */
  meaningful: Read | undefined;
  agent: Read | undefined;
  workflow: Read | undefined;
  /** The nearer one of agent and workflow. */
  scope: Read | undefined;
  /** Key of the span above all of these that has not come; undefined where there is none, up to the root. */
  awaited: string | undefined;
}

/** A span whose place is still to be found. */
export function makeNode(span: Span): Node {
  const meaning = readMeaning(span);
  return {
    span,
    key: keyOf(span.traceId, span.spanId),
    meaning,
    hasUsage: meaning !== undefined && hasUsage(span, meaning.attributes),
    parent: undefined,
    meaningful: undefined,
    agent: undefined,
    workflow: undefined,
    scope: undefined,
    awaited: undefined,
  };
}

/** What stands below learns what is above. */
export function inherit(node: Node, above: Node): void {
  const kind = above.meaning?.kind;
  const isAgent = kind === "agent" || isWorkOfTarget(above);
  node.meaningful ??= kind === undefined ? above.meaningful : above;
  node.agent ??= isAgent ? above : above.agent;
  node.workflow ??= kind === "workflow" ? above : above.workflow;
  node.scope ??= isAgent || kind === "workflow" ? above : above.scope;
  node.awaited = above.awaited;
}

/** Tells spans of all traces apart. */
export function keyOf(traceId: string, spanId: string): string {
  return traceId + spanId;
}

/** Inside the span of a handoff it is the other agent that works, where somebody does: CrewAI's delegation is such a one. */
function isWorkOfTarget({ meaning }: Node): boolean {
  return meaning?.kind === "handoff" && meaning.name !== "";
}
