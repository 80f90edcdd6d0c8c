import { inherit, keyOf, makeNode, type Node } from "./node.ts";
import type { SeenSpans } from "./seen-spans.ts";
import type { Span } from "./span.ts";

/** Puts the spans of a batch where they belong. Takes time in proportion to their number, whatever their parents claim to be. */
export function placeSpans(spans: readonly Span[], seen?: SeenSpans): Node[] {
  const nodes = spans.map(makeNode);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const placed = new Set<Node>();
  for (const node of nodes) place(node, byKey, placed, seen);
  return nodes;
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
