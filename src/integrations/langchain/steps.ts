import { routesOf } from "./routes.ts";

/** One run of a graph's node, as far as it counts for who comes next. */
export interface NodeRun {
  readonly name: string;
  readonly step: number;
  /** Tells it from other runs of the same node, but not from a second attempt at the same. */
  readonly taskId: string | undefined;
  /** The agents whose work led to it. */
  readonly from: readonly string[];
  /** The agents that ran in it last: itself, or those that it called. */
  readonly agents: Set<string>;
  /** Where it said it goes on. */
  readonly routes: Set<string>;
  /** It named everything that follows, as a node does that returns a command. */
  routesAreAll: boolean;
}

/** What the framework says of a node that begins. */
export interface NodeStart {
  readonly name: string;
  readonly step: number;
  readonly triggers: readonly unknown[];
  readonly taskId: string | undefined;
}

/** Most nodes that are remembered of one step, and by name. */
const MAX_NODES = 1_000;

/**
 * The steps of one run of a graph. LangGraph runs nodes step by step, each on what the nodes of the step before have written, so
 * those come before it. Which of several it was is known where they named where they go on.
 */
export class Steps {
  #step = Number.NEGATIVE_INFINITY;
  #before: readonly NodeRun[] = [];
  #now: NodeRun[] = [];
  /** For nodes that wait for several others, which may have run in different steps. */
  readonly #latest = new Map<string, NodeRun>();

  start({ name, step, triggers, taskId }: NodeStart): NodeRun {
    if (step !== this.#step) {
      this.#step = step;
      this.#before = this.#now;
      this.#now = [];
    }
    const from = this.#agentsBefore(name, triggers);
    const node: NodeRun = { name, step, taskId, from, agents: new Set(), routes: new Set(), routesAreAll: false };
    // A second attempt takes the place of the first.
    const others = this.#now.filter((other) => taskId === undefined || other.taskId !== taskId);
    this.#now = [...others, node].slice(-MAX_NODES);
    if (this.#latest.has(name) || this.#latest.size < MAX_NODES) this.#latest.set(name, node);
    return node;
  }

  #agentsBefore(name: string, triggers: readonly unknown[]): string[] {
    const awaited = triggers.flatMap((trigger) => awaitedNodes(trigger, name));
    const before = awaited.length === 0 ? this.#before : awaited.flatMap((node) => this.#latest.get(node) ?? []);
    const naming = before.filter(({ routes }) => routes.has(name));
    const silent = before.filter(({ routesAreAll }) => !routesAreAll);
    const chosen = [naming, silent].find((nodes) => nodes.length > 0) ?? before;
    return [...new Set(chosen.flatMap(agentsAfter))];
  }
}

/** The agents whose work a node leaves behind. One that is none itself, and called none, passes on what it got. */
function agentsAfter({ agents, from }: NodeRun): readonly string[] {
  return agents.size > 0 ? [...agents] : from;
}

/** Notes where a node goes on, from what it gave back. */
export function noteOutput(node: NodeRun, output: unknown): void {
  const { commands } = routesOf(output);
  for (const route of commands) node.routes.add(route);
  if (commands.length > 0) node.routesAreAll = true;
}

/** Notes where a node goes on, from what the function at its conditional edge gave back. */
export function noteBranch(node: NodeRun, output: unknown): void {
  for (const route of routesOf(output).names) node.routes.add(route);
}

/** `join:first+second:this` waits for both. */
function awaitedNodes(trigger: unknown, name: string): string[] {
  if (typeof trigger !== "string" || !trigger.startsWith("join:") || !trigger.endsWith(`:${name}`)) return [];
  return trigger.slice("join:".length, -(name.length + 1)).split("+");
}
