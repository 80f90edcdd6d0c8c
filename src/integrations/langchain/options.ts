import { checkTypes } from "../check.ts";
import type { ModelOptions } from "../model-figures.ts";

/** What the caller's config and the framework have noted on a run, such as `thread_id` and `langgraph_node`. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A node of a graph, or an agent that `createAgent` made, when it begins to run. */
export interface GraphNode {
  readonly name: string;
  /** Name of the graph that the node is in, or of the agent's own. */
  readonly graph: string;
  readonly metadata: Metadata;
}

/** What the framework does not know and its user does; every option is a function and may be left out. */
export interface LangChainOptions extends ModelOptions {
  /**
   * Whether a node is an agent: true, false, or the name of the agent that it is.
   *
   * @default undefined: a node is one as soon as it calls a model, a subgraph runs in it, or your code calls Crowsnest in it
   */
  readonly agent?: (node: GraphNode) => string | boolean | undefined;
  /** Id of the task that a run works on, such as `metadata.task_id`. @default no tasks are told */
  readonly taskId?: (metadata: Metadata) => string | undefined;
  /** Who serves the model. @default what its LangChain class says of itself */
  readonly provider?: (model: string) => string | undefined;
}

/** @throws TypeError where an option is unknown or no function, naming it */
export function checkOptions(options: LangChainOptions): void {
  checkTypes<LangChainOptions>(options, {
    agent: "function",
    taskId: "function",
    contextLimitTokens: "function",
    price: "function",
    provider: "function",
  });
}
