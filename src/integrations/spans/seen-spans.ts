import { clip } from "../clip.ts";
import { inherit, type Node, type Read } from "./node.ts";
import type { Attributes } from "./span.ts";

/** Most spans that are remembered; those of an agent at work come by the ten a second. */
const MAX_SEEN = 20_000;
const NO_ATTRIBUTES: Attributes = new Map();

/** The latest spans, so that what comes after them and stands below them finds its place. */
export class SeenSpans {
  readonly #nodes = new Map<string, Node>();

  /** The span, with all that is known by now of what stands above it. */
  get(key: string): Node | undefined {
    const node = this.#nodes.get(key);
    if (node?.awaited !== undefined) this.#bringUpToDate(node);
    return node;
  }

  add(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.#nodes.delete(node.key);
      this.#nodes.set(node.key, remembered(node));
    }
    for (const key of this.#nodes.keys()) {
      if (this.#nodes.size <= MAX_SEEN) break;
      this.#nodes.delete(key);
    }
  }

  #bringUpToDate(node: Node): void {
    const path = new Set([node]);
    for (let top = node; top.awaited !== undefined; ) {
      const above = this.#nodes.get(top.awaited);
      if (above === undefined || path.has(above)) break;
      path.add(above);
      top = above;
    }
    const [top, ...below] = [...path].reverse();
    let above = top as Node;
    for (const next of below) {
      inherit(next, above);
      above = next;
    }
  }
}

/**
 * Without what the span says, which may be long, and without what stands above those above it, which would keep spans in memory for
 * as long as something below them is there.
 */
export function remembered(node: Node): Node {
  const { span, key, meaning, hasUsage } = withoutContent(node);
  return {
    span,
    key,
    meaning,
    hasUsage,
    parent: undefined,
    meaningful: node.meaningful && withoutContent(node.meaningful),
    agent: node.agent && withoutContent(node.agent),
    workflow: node.workflow && withoutContent(node.workflow),
    scope: node.scope && withoutContent(node.scope),
    awaited: node.awaited,
  };
}

function withoutContent(read: Read): Read {
  const { span, key, meaning, hasUsage } = read;
  if (span.attributes === NO_ATTRIBUTES) return read;
  const { traceId, spanId, startUnixMillis, endUnixMillis } = span;
  return {
    span: {
      traceId,
      spanId,
      parentSpanId: undefined,
      name: "",
      scope: clip(span.scope),
      service: clip(span.service),
      startUnixMillis,
      endUnixMillis,
      durationSeconds: 0,
      attributes: NO_ATTRIBUTES,
      failed: span.failed,
      statusMessage: undefined,
      exception: undefined,
    },
    key,
    meaning,
    hasUsage,
  };
}
