import { type Meaning, readMeaning } from "./meaning.ts";
import type { SeenSpans } from "./seen-spans.ts";
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

/** Puts the spans of a batch where they belong. Takes time in proportion to their number, whatever their parents claim to be. */
export function placeSpans(spans: readonly Span[], seen?: SeenSpans): Node[] {
  const nodes = spans.map(makeNode);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const placed = new Set<Node>();
  for (const node of nodes) place(node, byKey, placed, seen);
  return nodes;
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

function makeNode(span: Span): Node {
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

/** Parents first, without recursion, as a chain may be as long as the batch. */
function place(node: Node, byKey: ReadonlyMap<string, Node>, placed: Set<Node>, seen: SeenSpans | undefined): void {
  const path = new Set<Node>();
  let current = node;
  while (!placed.has(current)) {
    placed.add(current);
    path.add(current);
    const { traceId, parentSpanId } = current.span;
    const parent = parentSpanId === undefined ? undefined : byKey.get(keyOf(traceId, parentSpanId));
    if (parent === undefined) placeOnSeen(current, seen);
    // Spans that claim to be each other's parents are nobody's.
    if (parent === undefined || path.has(parent)) break;
    current.parent = parent;
    current = parent;
  }
  for (const child of [...path].reverse()) if (child.parent !== undefined) inherit(child, child.parent);
}

function placeOnSeen(node: Node, seen: SeenSpans | undefined): void {
  const { traceId, parentSpanId, parentIsRemote } = node.span;
  if (parentSpanId === undefined) return;
  const key = keyOf(traceId, parentSpanId);
  const above = seen?.get(key);
  if (above !== undefined) inherit(node, above);
  // What another process began may be told to somebody else, or never.
  else if (parentIsRemote !== true) node.awaited = key;
}
