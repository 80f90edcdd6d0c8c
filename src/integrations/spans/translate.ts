import { boundaryOf } from "../../events/operations.ts";
import { type Draft, draftsOf, errorDraft, handoffDraft } from "./drafts.ts";
import { findHandoffs } from "./handoffs.ts";
import type { Span } from "./span.ts";
import { ToldErrors } from "./told-errors.ts";
import { type Node, placeSpans } from "./tree.ts";
import { hasUsage } from "./usage.ts";

/** Spans that Crowsnest made itself: the process that made them tells the events as well. */
const OWN_SCOPE = "crowsnest";

/**
 * Turns spans into events: the only place where that happens, for spans off the wire as for those of this process. What tells nothing
 * of agents is passed by. Events are complete but not checked; they come in the order in which they happened, and a span that comes
 * again makes events with the same ids.
 */
export class SpanTranslator {
  readonly #errors = new ToldErrors();

  translate(spans: readonly Span[]): Draft[] {
    const nodes = placeSpans(spans);
    const repeated = repeatedModelCalls(nodes);
    const handoffs = findHandoffs(nodes);
    const failed = this.#errors.innermost(nodes);
    const drafts: Draft[] = [];
    for (const node of nodes) {
      const { meaning } = node;
      if (meaning === undefined || node.span.scope === OWN_SCOPE) continue;
      if (!repeated.has(node)) drafts.push(...draftsOf(node, meaning));
      const handoff = handoffs.get(node);
      if (handoff !== undefined) drafts.push(handoffDraft(node, handoff));
      const error = failed.has(node) ? errorDraft(node) : undefined;
      if (error !== undefined) drafts.push(error);
    }
    return drafts.sort((one, other) => one.timeUnixMillis - other.timeUnixMillis || rank(one) - rank(other));
  }
}

/**
 * Where two libraries see the same model call, one span stands directly inside the other, and the call counts once: the outer one, or
 * the inner where only that knows the usage.
 */
function repeatedModelCalls(nodes: readonly Node[]): Set<Node> {
  const repeated = new Set<Node>();
  for (const node of nodes) {
    const outer = node.meaningful;
    if (node.meaning?.kind !== "model" || outer?.meaning?.kind !== "model") continue;
    const outerCounts = outer.span.scope === OWN_SCOPE || hasUsage(outer.span, outer.meaning.attributes);
    repeated.add(outerCounts ? node : outer);
  }
  return repeated;
}

/** What happens in the same millisecond: starts come first, ends last. */
function rank({ type }: Draft): number {
  const edge = boundaryOf(type)?.edge;
  if (edge === undefined) return 1;
  return edge === "start" ? 0 : 2;
}
