import { type Meaning, readMeaning } from "./meaning.ts";
import type { Span } from "./span.ts";

/** A span in its place among those that came with it. */
export interface Node {
  readonly span: Span;
  readonly meaning: Meaning | undefined;
  /** Nearest spans above it, as far as they came in the same batch. */
  parent: Node | undefined;
  meaningful: Node | undefined;
  agent: Node | undefined;
  workflow: Node | undefined;
}

/** Puts the spans of a batch where they belong. Takes time in proportion to their number, whatever their parents claim to be. */
export function placeSpans(spans: readonly Span[]): Node[] {
  const nodes = spans.map(
    (span): Node => ({
      span,
      meaning: readMeaning(span),
      parent: undefined,
      meaningful: undefined,
      agent: undefined,
      workflow: undefined,
    }),
  );
  const byId = new Map(nodes.map((node) => [keyOf(node.span.traceId, node.span.spanId), node]));
  const placed = new Set<Node>();
  for (const node of nodes) place(node, byId, placed);
  return nodes;
}

/** Parents first, without recursion, as a chain may be as long as the batch. */
function place(node: Node, byId: ReadonlyMap<string, Node>, placed: Set<Node>): void {
  const path = new Set<Node>();
  let current = node;
  while (!placed.has(current)) {
    placed.add(current);
    path.add(current);
    const { traceId, parentSpanId } = current.span;
    const parent = parentSpanId === undefined ? undefined : byId.get(keyOf(traceId, parentSpanId));
    // Spans that claim to be each other's parents are nobody's.
    if (parent === undefined || path.has(parent)) break;
    current.parent = parent;
    current = parent;
  }
  for (const child of [...path].reverse()) {
    const { parent } = child;
    if (parent === undefined) continue;
    const kind = parent.meaning?.kind;
    child.meaningful = kind === undefined ? parent.meaningful : parent;
    child.agent = kind === "agent" ? parent : parent.agent;
    child.workflow = kind === "workflow" ? parent : parent.workflow;
  }
}

/** Tells spans of all traces apart. */
export function keyOf(traceId: string, spanId: string): string {
  return traceId + spanId;
}
