import { TRACER_NAME } from "../../tracing/semconv.ts";
import type { Node } from "./node.ts";

/**
 * Where two libraries see the same model call, or one library writes the request to the model inside of the caller's, one span stands
 * directly inside the other, and the call counts once: the outer one, or those inside where only they know the usage.
 */
export function repeatedCalls(nodes: readonly Node[]): Set<string> {
  const repeated = new Set<string>();
  for (const node of nodes) {
    const outer = node.meaningful;
    const kind = node.meaning?.kind;
    if ((kind !== "model" && kind !== "embedding") || outer?.meaning?.kind !== kind) continue;
    const outerCounts = outer.span.scope === TRACER_NAME || outer.hasUsage;
    repeated.add(outerCounts ? node.key : outer.key);
  }
  return repeated;
}
