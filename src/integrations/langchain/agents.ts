import type { Face, Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { ask } from "../ask.ts";
import type { GraphNode, LangChainOptions } from "./options.ts";
import { takePending } from "./pending.ts";
import type { Run } from "./run.ts";
import { sessionOf } from "./session.ts";

/** Who an agent has its work from. */
interface Senders {
  readonly names: readonly string[];
  /** True where no edge of a graph says so, but it runs inside of the other's work. */
  readonly inferred: boolean;
}

/** Makes runs the agents that they are, with the handoffs that brought them about. */
export class Agents {
  readonly #crowsnest: Face;
  readonly #options: LangChainOptions;

  constructor(crowsnest: Face, options: LangChainOptions) {
    this.#crowsnest = crowsnest;
    this.#options = options;
  }

  /** What the host says of a node; undefined where it says nothing. */
  judge(node: GraphNode): string | boolean | undefined {
    return ask(() => this.#options.agent?.(node));
  }

  /** Something happens in a run that agents do: the node that it is in is one. What a tool does is no other agent's work. */
  demand(inner: Run): void {
    for (const run of inner.line()) {
      if (run.agent !== undefined || run.isTool) return;
      if (!run.mayBeAgent) continue;
      this.begin(run, run.node?.name ?? run.name);
      return;
    }
  }

  /** The run is the agent's, from when it started. */
  begin(run: Run, agent: string): void {
    run.mayBeAgent = false;
    for (const handoff of this.#handoffs(run, agent)) run.enter(handoff);
    this.beginTask(run, agent);
    const session = run.root.works.length === 0 ? sessionOf(run.metadata) : {};
    run.enter(this.#crowsnest.begin("agentRun", { agent, ...session }, run.inside, run.startedUnixMillis));
    run.agent = agent;
    run.leave = leaveNodes(run, agent);
  }

  /** The task that a run works on, unless what is around works on it already. */
  beginTask(run: Run, agent: string): void {
    const id = ask(() => this.#options.taskId?.(run.metadata));
    if (id === undefined || [...run.line()].some(({ taskId }) => taskId === id)) return;
    run.taskId = id;
    run.enter(this.#crowsnest.begin("task", { id, agent, type: run.name }, run.inside, run.startedUnixMillis));
  }

  /** The one that the agent's own run is inside of comes last. */
  #handoffs(run: Run, agent: string): Work<WorkHandle>[] {
    const pending = takePending(run, agent);
    if (pending !== undefined) return [pending];
    const { names, inferred } = sendersTo(run);
    const around = run.inside;
    return names
      .filter((from) => from !== agent)
      .map((from) => {
        const handoff = { from, to: agent, ...(inferred ? { inferred: true as const } : {}) };
        return this.#crowsnest.begin("handoff", handoff, around, run.startedUnixMillis);
      });
  }
}

/** The agents before the nodes that a run is in, or else the one that it runs inside of. */
function sendersTo(receiver: Run): Senders {
  let inferred = false;
  for (const run of receiver.line()) {
    if (run !== receiver && run.agent !== undefined) return { names: [run.agent], inferred: true };
    inferred ||= run.isTool;
    const { node } = run;
    // Agents that a node has called before this one come between.
    const names = run === receiver || node?.agents.size === 0 ? node?.from : node && [...node.agents];
    if (names !== undefined && names.length > 0) return { names, inferred };
  }
  return { names: [], inferred };
}

/** When the agent ends, its work goes on from the nodes that it ran in, in place of what was done in them before it began. */
function leaveNodes(agentRun: Run, agent: string): () => void {
  const nodes: { agents: Set<string>; before: readonly string[] }[] = [];
  for (const run of agentRun.line()) {
    if (run !== agentRun && run.agent !== undefined) break;
    if (run.node !== undefined) nodes.push({ agents: run.node.agents, before: [...run.node.agents] });
  }
  return () => {
    for (const { agents, before } of nodes) {
      for (const earlier of before) agents.delete(earlier);
      agents.add(agent);
    }
  };
}
