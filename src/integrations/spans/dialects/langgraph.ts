import type { SpanKind } from "./dialect.ts";

/**
 * Where in a graph of LangGraph a run stands, by the metadata that LangChain (for Python, 1.x) gives to everything inside it and that
 * both OpenInference and OpenLLMetry pass on.
 */
export interface GraphPlace {
  /** `langgraph` for a graph and its nodes, `langchain_create_agent` for an agent of LangChain and its nodes. */
  readonly integration: string | undefined;
  /** The node; undefined for what stands around all nodes. */
  readonly node: string | undefined;
  /** The agent of LangChain, where it was given a name. */
  readonly agent: string | undefined;
  /** The node of the outermost graph and, within an agent that is a node, the agent's own node. */
  readonly path: readonly string[];
}

/** What LangChain's and LangGraph's own agents call their nodes, which are steps of one agent. */
const steps = new Set(["model", "tools", "agent"]);

/** Undefined where the metadata is not that of a graph. */
export function readGraphPlace(read: (key: string) => unknown): GraphPlace | undefined {
  const text = (key: string) => {
    const value = read(key);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const integration = text("ls_integration");
  const node = text("langgraph_node");
  if (node === undefined && !(integration === "langgraph" || integration === "langchain_create_agent")) return undefined;
  const namespace = text("langgraph_checkpoint_ns") ?? "";
  const path = namespace.split("|").flatMap((part) => part.split(":", 1).filter((name) => name !== ""));
  return { integration, node, agent: text("lc_agent_name"), path };
}

/**
 * What a chain or task in a graph tells: a node of the outermost graph is an agent, and so is an agent of LangChain that is not itself
 * such a node. "nothing" for all other nodes, which are an agent's steps.
 */
export function graphKind(place: GraphPlace, name: string): SpanKind | "nothing" {
  const { integration, node, agent, path } = place;
  if (node === undefined) return agent === undefined && integration === "langgraph" ? "workflow" : "agent";
  const isOuterNode = path.length === 1 && name === node && !isStep(name);
  if (integration === "langgraph") return isOuterNode ? "agent" : "nothing";
  return name === agent && !isOuterNode ? "agent" : "nothing";
}

/** Whose work it is that stands in the graph. */
export function graphAgent({ agent, path }: GraphPlace): string | undefined {
  const [outerNode] = path;
  return agent ?? (outerNode === undefined || isStep(outerNode) ? undefined : outerNode);
}

/** Middleware's nodes are called after it and when it runs, such as `retry.before_model`. */
function isStep(node: string): boolean {
  return steps.has(node) || node.includes(".");
}
