import { BoundedSet } from "./bounded-set.ts";
import { readFailure } from "./failure.ts";
import { keyOf, type Node } from "./node.ts";

/** Most spans of each kind that are remembered. */
const MAX_REMEMBERED = 10_000;

/**
 * An error passes through every span around the one where it arose, and counts there alone. Spans come from the inside out, and what
 * is around them often in a later batch, so those that are still to come are remembered, up to a limit.
 */
export class ToldErrors {
  /** Spans that failed and have come: what fails inside them and comes later, against the usual order, is their error. */
  readonly #failed = new BoundedSet(MAX_REMEMBERED);
  /** Spans still to come whose error was told by one inside them. */
  readonly #awaited = new BoundedSet(MAX_REMEMBERED);

  /** The spans of a batch that are to tell their error. */
  innermost(nodes: readonly Node[]): Set<Node> {
    const passedThrough = new Set<Node>();
    const failed: Node[] = [];
    for (const node of nodes) {
      const { traceId, spanId } = node.span;
      if (this.#awaited.has(keyOf(traceId, spanId))) this.#passUp(node, passedThrough);
      else if (node.meaning !== undefined && readFailure(node.span) !== undefined) failed.push(node);
    }
    for (const node of failed) this.#passUp(node.parent, passedThrough, node);
    const inBatch = new Set(nodes.map(({ key }) => key));
    const isToldAbove = ({ meaningful }: Node) =>
      meaningful !== undefined && !inBatch.has(meaningful.key) && this.#failed.has(meaningful.key);
    const innermost = failed.filter((node) => !passedThrough.has(node) && !isToldAbove(node));
    for (const { key } of failed) this.#failed.add(key);
    return new Set(innermost);
  }

  /** Marks a span and everything around it; each is marked once, so a batch takes time in proportion to its size. */
  #passUp(from: Node | undefined, passedThrough: Set<Node>, last?: Node): void {
    let outermost = last;
    for (let node = from; node !== undefined; node = node.parent) {
      if (passedThrough.has(node)) return;
      passedThrough.add(node);
      outermost = node;
    }
    if (outermost?.span.parentSpanId !== undefined) this.#awaited.add(keyOf(outermost.span.traceId, outermost.span.parentSpanId));
  }
}
