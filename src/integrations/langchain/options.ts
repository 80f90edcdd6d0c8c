import type { TokenUsage } from "../../instrument/kinds/model-call.ts";

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
export interface LangChainOptions {
  /**
   * Whether a node is an agent: true, false, or the name of the agent that it is.
   *
   * @default undefined: a node is one as soon as it calls a model, a subgraph runs in it, or your code calls Crowsnest in it
   */
  readonly agent?: (node: GraphNode) => string | boolean | undefined;
  /** Id of the task that a run works on, such as `metadata.task_id`. @default no tasks are told */
  readonly taskId?: (metadata: Metadata) => string | undefined;
  /** How many tokens the agent's context can hold. @default the model's window where that is known; else no share is shown */
  readonly contextLimitTokens?: (model: string, agent: string | undefined) => number | undefined;
  /** What a call cost, in US dollars. @default worked out from prices where they are known (option `prices`); never 0 for unknown */
  readonly price?: (model: string, usage: TokenUsage) => number | undefined;
  /** Who serves the model. @default what its LangChain class says of itself */
  readonly provider?: (model: string) => string | undefined;
}

const optionNames: readonly string[] = [
  "agent",
  "taskId",
  "contextLimitTokens",
  "price",
  "provider",
] satisfies (keyof LangChainOptions)[];

/** @throws TypeError where an option is unknown or no function, naming it */
export function checkOptions(options: LangChainOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!optionNames.includes(name)) throw new TypeError(`${name} is not an option; there are ${optionNames.join(", ")}`);
    if (value !== undefined && typeof value !== "function")
      throw new TypeError(`${name} takes a function, but is ${typeof value}`);
  }
}

/** An answer from the host's own function; one that throws gives none. */
export function ask<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}

/** A figure from the host's own function. One that throws gives no number, and is counted and told as such where it is used. */
export function askNumber(question: () => number | undefined): number | undefined {
  try {
    return question();
  } catch {
    return Number.NaN;
  }
}
