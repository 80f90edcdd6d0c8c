import { readFailure } from "./failure.ts";
import { keyOf, type Node } from "./tree.ts";

/** Spans still to come whose error was told by one inside them. */
const MAX_REMEMBERED = 10_000;

/**
 * An error passes through every span around the one where it arose, and counts there alone. Spans come from the inside out, and what
 * is around them often in a later batch, so those that are still to come are remembered, up to a limit.
 */
export class ToldErrors {
  readonly #awaited = new Set<string>();

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
    return new Set(failed.filter((node) => !passedThrough.has(node)));
  }

  /** Marks a span and everything around it; each is marked once, so a batch takes time in proportion to its size. */
  #passUp(from: Node | undefined, passedThrough: Set<Node>, last?: Node): void {
    let outermost = last;
    for (let node = from; node !== undefined; node = node.parent) {
      if (passedThrough.has(node)) return;
      passedThrough.add(node);
      outermost = node;
    }
    if (outermost?.span.parentSpanId !== undefined) this.#await(keyOf(outermost.span.traceId, outermost.span.parentSpanId));
  }

  #await(key: string): void {
    this.#awaited.add(key);
    const [oldest] = this.#awaited;
    if (this.#awaited.size > MAX_REMEMBERED && oldest !== undefined) this.#awaited.delete(oldest);
  }
}
