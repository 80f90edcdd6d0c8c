import { describe, expect, test } from "vitest";
import { inside, span, tell } from "./span-tree.ts";

type Metadata = Readonly<Record<string, string | number>>;

const graph = { ls_integration: "langgraph" };
const agentIn = (name?: string) => ({
  ls_integration: "langchain_create_agent",
  ...(name === undefined ? {} : { lc_agent_name: name }),
});
const node = (path: string) => ({ langgraph_node: path.split("|").at(-1)?.split(":")[0] ?? "", langgraph_checkpoint_ns: path });

/** A span as each instrumentation passes LangChain's metadata on. */
const writers = {
  OpenInference: (kind: string, name: string, metadata: Metadata) =>
    span(name, { "openinference.span.kind": kind, "llm.model_name": "m", "tool.name": name, metadata: JSON.stringify(metadata) }),
  OpenLLMetry: (kind: string, name: string, metadata: Metadata) =>
    span(name, {
      "traceloop.entity.name": name,
      ...(kind === "CHAIN" ? { "traceloop.span.kind": "langgraph_node" in metadata ? "task" : "workflow" } : {}),
      ...(kind === "TOOL" ? { "traceloop.span.kind": "tool", "gen_ai.tool.name": name } : {}),
      ...(kind === "LLM" ? { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" } : {}),
      ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`traceloop.association.properties.${key}`, value])),
    }),
};

describe.each(Object.entries(writers))("a graph by %s", (_writer, write) => {
  test("is a workflow, and its nodes are agents, but for an agent's own steps", () => {
    const root = write("CHAIN", "writing", graph);
    const scribe = inside(root, write("CHAIN", "scribe", { ...graph, ...node("scribe:1") }));
    const agent = inside(scribe, write("CHAIN", "scribe", { ...agentIn("scribe"), ...node("scribe:1") }));
    const step = inside(agent, write("CHAIN", "model", { ...agentIn("scribe"), ...node("scribe:1|model:2") }));
    const call = inside(step, write("LLM", "ChatOpenAI", { ...agentIn("scribe"), ...node("scribe:1|model:2") }));
    const told = tell([call, step, agent, scribe, root]);
    expect(told.types.toSorted()).toEqual([
      "agent_completed",
      "agent_started",
      "model_called",
      "workflow_completed",
      "workflow_started",
    ]);
    expect(told.of("model_called")).toMatchObject([{ agent: "scribe" }]);
  });

  test("tells whose call it is also without the spans around it", () => {
    const byName = write("LLM", "ChatOpenAI", { ...agentIn("critic"), ...node("review:1|model:2") });
    const byNode = write("LLM", "ChatOpenAI", { ...node("review:1|model:2") });
    const unknown = write("LLM", "ChatOpenAI", { ...node("model:2") });
    expect(
      tell([byName, byNode, unknown])
        .of("model_called")
        .map(({ agent }) => agent),
    ).toEqual(["critic", "review", "py"]);
  });

  test("that is one agent is that agent, and its nodes are its steps, middleware's included", () => {
    const root = write("CHAIN", "scribe", agentIn("scribe"));
    const steps = ["model:1", "tools:2", "retry.before_model:3"].map((path) =>
      inside(root, write("CHAIN", path.split(":")[0] ?? "", { ...agentIn("scribe"), ...node(path) })),
    );
    expect(tell([...steps, root]).of("agent_completed")).toMatchObject([{ agent: "scribe" }]);
  });

  test("goes from node to node without an error, though LangGraph throws", () => {
    const exception = { type: "langgraph.errors.ParentCommand", message: "Command(goto='critic')" };
    const scribe = { ...write("CHAIN", "scribe", { ...graph, ...node("scribe:1") }), failed: true, exception };
    const told = tell([scribe]);
    expect(told.of("agent_completed")).toMatchObject([{ data: { outcome: "success" } }]);
    expect(told.of("error_raised")).toEqual([]);
  });
});
