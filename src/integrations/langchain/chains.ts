import { type Face, noteToldInside } from "../../instrument/face.ts";
import { quietly, settle } from "../ending.ts";
import { property, textIn } from "../property.ts";
import { within } from "../within.ts";
import type { Agents } from "./agents.ts";
import type { RunEnding } from "./ending.ts";
import type { Metadata } from "./options.ts";
import { closePending } from "./pending.ts";
import type { Run } from "./run.ts";
import { sessionOf } from "./session.ts";
import { type NodeRun, noteBranch, noteOutput, Steps } from "./steps.ts";

/** The tag by which LangGraph marks the runs of its nodes. */
const NODE_TAG = "graph:step:";
/** It hides what is none of the user's own, such as the node that takes the input. */
const HIDDEN_TAG = "langsmith:hidden";
/** A node's `errorHandler` runs as a node of its own, but for the one that failed. */
const ERROR_HANDLER = /^__error_handler__/;
/** The node in which an agent that `createAgent` made calls its model. */
const MODEL_NODE = "model_request";
/** Nodes that are a part of the agent whose graph they are in; the other ones that `createAgent` makes call no models. */
const PARTS: readonly string[] = [MODEL_NODE, "agent"];

export interface ChainStart {
  /** Where the framework has it from, outermost first, such as `["langgraph", "pregel", "CompiledStateGraph"]`. */
  readonly kind: unknown;
  readonly tags: readonly string[];
}

/** Runs that are made of others: graphs, their nodes, and chains. */
export class Chains {
  readonly #crowsnest: Face;
  readonly #agents: Agents;

  constructor(crowsnest: Face, agents: Agents) {
    this.#crowsnest = crowsnest;
    this.#agents = agents;
  }

  start(run: Run, { kind, tags }: ChainStart): void {
    run.settle = (ending) => this.#end(run, ending);
    const isBranch = lastOf(kind) === "RunnableLambda";
    if (isBranch && run.parent?.node !== undefined) run.settle = (ending) => this.#endBranch(run, ending);
    if (run.parent === undefined) this.#startRoot(run);
    if (tags.some((tag) => tag.startsWith(NODE_TAG))) this.#startNode(run, tags.includes(HIDDEN_TAG));
    else if (Array.isArray(kind) && kind[0] === "langgraph") this.#startGraph(run);
  }

  /** Inside a workflow of the host's own, a root run is a part of that one. */
  #startRoot(run: Run): void {
    if (run.place?.workflowId === undefined) {
      const workflow = { name: run.name, id: run.id, ...sessionOf(run.metadata) };
      run.enter(this.#crowsnest.begin("workflow", workflow, run.place, run.startedUnixMillis));
    }
    this.#agents.beginTask(run, agentName(run.metadata) ?? run.name);
  }

  /** What `createAgent` made carries the agent's name, and hands it on to everything inside. */
  #startGraph(run: Run): void {
    const name = agentName(run.metadata);
    if (name === undefined || (run.name !== name && run.parent !== undefined && agentName(run.parent.metadata) === name)) return;
    this.#beginAgentGraph(run, name);
  }

  #startNode(run: Run, isHidden: boolean): void {
    const graph = run.parent;
    if (graph === undefined) return;
    if (graph.steps === undefined) {
      graph.steps = new Steps();
      const around = nodeAround(graph);
      // A node with a graph in it is an agent, unless that graph is.
      if (graph.agent === undefined && around !== undefined) this.#agents.demand(around);
    }
    if (isHidden) return;
    const { metadata } = run;
    run.node = graph.steps.start({
      name: run.name.replace(ERROR_HANDLER, ""),
      step: stepOf(metadata),
      triggers: listIn(metadata, "langgraph_triggers"),
      taskId: textIn(metadata, "langgraph_checkpoint_ns"),
    });
    if (graph.agent !== undefined) return;
    if (PARTS.includes(run.name) && nodeAround(graph)?.agent !== undefined) return;
    if (run.name === MODEL_NODE) this.#beginAgentGraph(graph, graph.name);
    else this.#judgeNode(run, run.node.name, graph);
  }

  #judgeNode(run: Run, name: string, graph: Run): void {
    const judged = this.#agents.judge({ name, graph: graph.name, metadata: run.metadata });
    if (judged === undefined) run.mayBeAgent = true;
    else if (judged !== false) this.#agents.begin(run, typeof judged === "string" ? judged : name);
  }

  #beginAgentGraph(graph: Run, name: string): void {
    const judged = this.#agents.judge({ name, graph: graph.name, metadata: graph.metadata });
    const agent = typeof judged === "string" ? judged : name;
    if (judged === false) return;
    // Its node may be known as that agent already.
    if (nodeAround(graph)?.agent === agent) graph.agent = agent;
    else this.#agents.begin(graph, agent);
  }

  #endBranch(run: Run, ending: RunEnding): void {
    if (run.parent?.node !== undefined) noteBranch(run.parent.node, ending.output);
    this.#end(run, ending);
  }

  #end(run: Run, ending: RunEnding): void {
    if (run.node !== undefined) noteOutput(run.node, ending.output);
    if (ending.asks) this.#tellAsked(run);
    if (run.parent === undefined) closePending(run, ending);
    const [innermost, ...around] = run.works;
    if (innermost !== undefined) settle(innermost, run.hasTold(ending.error) ? quietly(ending) : ending);
    for (const work of around) settle(work, quietly(ending));
    run.leave?.();
    if (run.node?.agents.size === 0 && !ending.asks) this.#tellStep(run, run.node, ending);
    if (ending.error === undefined) return;
    if (innermost !== undefined) run.noteTold(ending.error);
    // The framework throws the same error out of the call next, or another one that holds it.
    if (run.parent === undefined && run.place !== undefined && run.hasTold(ending.error)) noteToldInside(run.place);
  }

  /** A person is asked, and the innermost run that stopped for it knows. */
  #tellAsked(run: Run): void {
    const isNews = !run.hasAsked;
    for (const around of run.line()) around.hasAsked = true;
    if (!isNews) return;
    const agent = run.agentAround;
    const who = agent === undefined ? {} : { agent };
    const data = { priority: "medium" as const, reason: `${run.name} waits for a person's answer` };
    within(run.inside, () => this.#crowsnest.emit({ type: "hitl_escalated", ...who, data }));
  }

  /** A node that is no agent. Nothing is counted, but watchers see that the graph moves on. */
  #tellStep(run: Run, { name, step }: NodeRun, { outcome }: RunEnding): void {
    const data = {
      step: name,
      status: outcome === "success" ? ("completed" as const) : ("failed" as const),
      // Step 0 takes the input.
      stepIndex: Math.max(0, step - 1),
      durationSeconds: run.secondsSoFar,
      ...(run.root.works.length > 0 ? { runId: run.root.id } : {}),
    };
    within(run.inside, () => this.#crowsnest.emit({ type: "step_progressed", data }));
  }
}

/** The node that a graph is right inside of, also where the node's function calls it. In a tool, it is inside of none. */
function nodeAround(graph: Run): Run | undefined {
  for (const run of graph.line()) {
    if (run === graph) continue;
    if (run.isTool || (run.agent !== undefined && run.node === undefined)) return undefined;
    if (run.node !== undefined) return run;
  }
  return undefined;
}

function agentName(metadata: Metadata): string | undefined {
  return textIn(metadata, "lc_agent_name");
}

function stepOf(metadata: Metadata): number {
  const step = metadata.langgraph_step;
  return typeof step === "number" && Number.isFinite(step) ? step : 0;
}

function listIn(metadata: Metadata, name: string): readonly unknown[] {
  const list = property(metadata, name);
  return Array.isArray(list) ? list : [];
}

function lastOf(kind: unknown): unknown {
  return Array.isArray(kind) ? kind.at(-1) : undefined;
}
