import { BoundedSet } from "./bounded-set.ts";
import type { Node, Read } from "./node.ts";

/** One agent's work going to another. */
export interface Handoff {
  readonly from: string;
  readonly to: string;
  /** Nobody said so: it follows from where the agents' spans stand. */
  readonly inferred: boolean;
}

/** Handoffs of which it is remembered that they were told. */
const MAX_TOLD = 10_000;

/**
 * The handoffs that spans tell: those that have a span of their own and, where none has, those that follow from an agent's run inside
 * another agent's, or after another agent's in the same workflow. What was told is remembered, as the spans of one trace come by and by.
 */
export class Handoffs {
  readonly #told = new BoundedSet(MAX_TOLD);
  /** Agents that gave their work to somebody who was not named. */
  readonly #toNext = new BoundedSet(MAX_TOLD);

  /** The handoff that a span of its own tells; undefined where that comes out only when the other agent's run does. */
  told({ span, meaning }: Node, from: string, names: ReadonlyMap<string, string>): Handoff | undefined {
    if (meaning?.kind !== "handoff") return undefined;
    if (meaning.name === "") {
      this.#toNext.add(placeOf(span.traceId, from));
      return undefined;
    }
    const to = names.get(normalize(meaning.name)) ?? meaning.name;
    this.#told.add(pairOf(span.traceId, from, to));
    return { from, to, inferred: false };
  }

  /** The handoffs that follow from where runs stand, by run. All of them know the agent or workflow around them, if there is one. */
  inferred(runs: readonly Node[]): Map<Node, Handoff> {
    const handoffs = new Map<Node, Handoff>();
    const before = runsBefore(runs);
    for (const run of runs) {
      const giver = before.get(run)?.meaning ?? run.agent?.meaning;
      const handoff = giver && this.#infer(run, giver.name);
      if (handoff !== undefined) handoffs.set(run, handoff);
    }
    return handoffs;
  }

  #infer({ span: { traceId }, meaning }: Node, from: string): Handoff | undefined {
    const to = meaning?.name;
    if (to === undefined || normalize(from) === normalize(to) || this.#told.has(pairOf(traceId, from, to))) return undefined;
    return { from, to, inferred: !this.#toNext.delete(placeOf(traceId, from)) };
  }
}

/** The tool that hands over to "Billing Agent" is called transfer_to_billing_agent. */
export function agentNames(nodes: readonly Node[]): Map<string, string> {
  const agents = nodes.flatMap(({ meaning }) => (meaning?.kind === "agent" ? [meaning.name] : []));
  return new Map(agents.map((name) => [normalize(name), name]));
}

/** Within a workflow, the run that ended last before each began. */
function runsBefore(runs: readonly Node[]): Map<Node, Node> {
  const before = new Map<Node, Node>();
  for (const inOne of Map.groupBy(runs, ({ scope }) => scope?.key).values()) {
    if (inOne[0]?.scope?.meaning?.kind !== "workflow") continue;
    const byEnd = inOne.toSorted((one, other) => one.span.endUnixMillis - other.span.endUnixMillis);
    const byStart = inOne.toSorted((one, other) => one.span.startUnixMillis - other.span.startUnixMillis);
    let next = 0;
    for (const run of byStart) {
      while (next < byEnd.length && (byEnd[next] as Read).span.endUnixMillis <= run.span.startUnixMillis) next += 1;
      const last = byEnd[next - 1];
      if (last !== undefined && last !== run) before.set(run, last);
    }
  }
  return before;
}

function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "_");
}

function placeOf(traceId: string, from: string): string {
  return `${traceId} ${normalize(from)}`;
}

function pairOf(traceId: string, from: string, to: string): string {
  return `${placeOf(traceId, from)} ${normalize(to)}`;
}
