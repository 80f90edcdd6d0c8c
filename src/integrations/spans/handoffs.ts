import type { Node } from "./tree.ts";

/** One agent's work going to another. */
export interface Handoff {
  readonly from: string;
  readonly to: string;
  /** Nobody said so: it follows from where the agents' spans stand. */
  readonly inferred: boolean;
}

/**
 * The handoffs of a batch by the span that tells them: those that a span of their own tells, and, where none does, those that an
 * agent's run inside another agent's implies.
 */
export function findHandoffs(nodes: readonly Node[]): Map<Node, Handoff> {
  const names = agentNames(nodes);
  const handoffs = new Map<Node, Handoff>();
  const told = new Set<string>();
  for (const node of nodes) {
    if (node.meaning?.kind !== "handoff") continue;
    const from = node.meaning.agent ?? node.agent?.meaning?.name ?? node.span.service;
    const to = names.get(normalize(node.meaning.name)) ?? node.meaning.name;
    handoffs.set(node, { from, to, inferred: false });
    told.add(pairOf(node, from, to));
  }
  for (const node of nodes) {
    const from = node.agent?.meaning?.name;
    if (node.meaning?.kind !== "agent" || from === undefined || from === node.meaning.name) continue;
    if (told.has(pairOf(node, from, node.meaning.name))) continue;
    handoffs.set(node, { from, to: node.meaning.name, inferred: true });
  }
  return handoffs;
}

/** The tool that hands over to "Billing Agent" is called transfer_to_billing_agent. */
function agentNames(nodes: readonly Node[]): Map<string, string> {
  const agents = nodes.flatMap(({ meaning }) => (meaning?.kind === "agent" ? [meaning.name] : []));
  return new Map(agents.map((name) => [normalize(name), name]));
}

function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "_");
}

function pairOf({ span }: Node, from: string, to: string): string {
  return `${span.traceId} ${normalize(from)} ${normalize(to)}`;
}
