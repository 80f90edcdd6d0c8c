import { type AIMessage, ToolMessage } from "@langchain/core/messages";
import { Command, END, MessagesAnnotation, Send, START, StateGraph } from "@langchain/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { createAgent, tool } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { rememberSpans } from "../spans.ts";
import { agentsOf, newsroom, pairs, passOn, question, type State, talker } from "./graphs.ts";
import { instrumented } from "./instrumented.ts";
import { call, scripted } from "./scripted-model.ts";

const noInput = z.object({});

/** A tool by which an agent hands over to another one, as multi-agent systems of LangGraph have it. */
function transferTo(agent: string) {
  const hand = (_input: unknown, config: { readonly toolCall?: { readonly id?: string } }) =>
    new Command({
      goto: agent,
      graph: Command.PARENT,
      update: { messages: [new ToolMessage({ content: "handed over", tool_call_id: config.toolCall?.id ?? "call" })] },
    });
  return tool(hand as never, { name: `transfer_to_${agent}`, description: "Hands over.", schema: noInput });
}

/** Two agents that hand over to each other by tools. */
function swarm() {
  const author = createAgent({
    name: "author",
    model: scripted([[call("transfer_to_critic")], "mended"]),
    tools: [transferTo("critic")],
  });
  const critic = createAgent({ name: "critic", model: scripted([[call("transfer_to_author")]]), tools: [transferTo("author")] });
  return new StateGraph(MessagesAnnotation)
    .addNode("author", author.graph, { ends: ["critic", END] })
    .addNode("critic", critic.graph, { ends: ["author", END] })
    .addEdge(START, "author")
    .compile({ name: "swarm" });
}

describe("edges between agents", () => {
  test("are handoffs, also through nodes that are none, and in loops", async () => {
    const { config, recorder, settle } = await instrumented();
    await newsroom().invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed"))).toEqual([
      "planner → writer",
      "writer → critic",
      "critic → writer",
      "writer → critic",
    ]);
    expect(recorder.of("handoff_completed").every(({ data }) => data.inferred === undefined)).toBe(true);
  });

  test("are handoffs that last until the receiver has answered", async () => {
    const { config, metric, recorder, settle } = await instrumented();
    let during: number | undefined;
    const answer = async () => {
      await settle();
      during = await metric('agent_handoffs_in_progress{service="test"}');
      return "fine";
    };
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("author", talker(["a draft"]))
      .addNode("critic", talker([answer]))
      .addEdge(START, "author")
      .addEdge("author", "critic")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(during).toBe(1);
    const [handoff] = recorder.of("handoff_completed");
    const judged = recorder.of("agent_completed").find(({ agent }) => agent === "critic");
    expect(handoff?.data.durationSeconds).toBeGreaterThanOrEqual(judged?.data.durationSeconds ?? Number.POSITIVE_INFINITY);
  });

  test("that a node names in a command count once", async () => {
    const { config, recorder, settle } = await instrumented();
    const supervise = talker(["critic", "author", "the end"]);
    const graph = new StateGraph(MessagesAnnotation)
      .addNode(
        "supervisor",
        async (state: State) => {
          const { messages } = await supervise(state);
          const [message] = messages;
          const to = String(message?.content);
          return new Command({ goto: to === "the end" ? END : to, update: { messages } });
        },
        { ends: ["author", "critic", END] },
      )
      .addNode("author", talker(["a draft"]))
      .addNode("critic", talker(["no"]))
      .addEdge(START, "supervisor")
      .addEdge("author", "supervisor")
      .addEdge("critic", "supervisor")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed"))).toEqual([
      "supervisor → critic",
      "critic → supervisor",
      "supervisor → author",
      "author → supervisor",
    ]);
  });

  test("to branches that run at once are one handoff each, and from them to whom waits for them", async () => {
    const { config, recorder, settle } = await instrumented();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("planner", talker(["a plan"]))
      .addNode("north", talker(["cold"]))
      .addNode("south", talker(["warm"]))
      .addNode("check", passOn)
      .addNode("editor", talker(["done"]))
      .addEdge(START, "planner")
      .addEdge("planner", "north")
      .addEdge("planner", "south")
      .addEdge("south", "check")
      .addEdge(["north", "check"], "editor")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed")).sort()).toEqual([
      "north → editor",
      "planner → north",
      "planner → south",
      "south → editor",
    ]);
  });

  test("of a fan-out by Send are one handoff for each that is sent", async () => {
    const { config, recorder, settle } = await instrumented();
    const sends = () => ["a", "b", "c"].map((text) => new Send("worker", { messages: [["user", text]] }));
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("planner", talker(["a plan"]))
      .addNode("worker", talker(["done", "done", "done"]))
      .addNode("editor", talker(["all done"]))
      .addEdge(START, "planner")
      .addConditionalEdges("planner", sends, ["worker"])
      .addEdge("worker", "editor")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed")).sort()).toEqual([
      "planner → worker",
      "planner → worker",
      "planner → worker",
      "worker → editor",
    ]);
  });

  test("come from the branch that named them, where several ran side by side", async () => {
    const { config, recorder, settle } = await instrumented();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("first", talker(["1"]))
      .addNode("second", talker(["2"]))
      .addNode("third", talker(["3"]))
      .addNode("fourth", talker(["4"]))
      .addEdge(START, "first")
      .addEdge(START, "second")
      .addConditionalEdges("first", () => "third")
      .addConditionalEdges("second", () => "fourth")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed")).sort()).toEqual(["first → third", "second → fourth"]);
  });

  test("between an agent and the tools of a graph made by hand are none", async () => {
    const { config, recorder, settle } = await instrumented();
    const model = scripted([[call("grep")], "done"]);
    const grep = tool(async () => "found", { name: "grep", description: "Finds.", schema: noInput });
    const runTools = async ({ messages }: State) => {
      const [asked] = (messages.at(-1) as AIMessage).tool_calls ?? [];
      return { messages: [(await grep.invoke({ ...asked, type: "tool_call" } as never)) as ToolMessage] };
    };
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("finder", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
      .addNode("tools", runTools)
      .addEdge(START, "finder")
      .addConditionalEdges("finder", ({ messages }) => ((messages.at(-1) as AIMessage).tool_calls?.length ? "tools" : END))
      .addEdge("tools", "finder")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(recorder.of("handoff_started")).toEqual([]);
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["finder", "finder"]);
    expect(recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool])).toEqual([["finder", "grep"]]);
  });
});

describe("handoff tools", () => {
  test("are the handoff itself, once, and no tool calls", async () => {
    const { config, recorder, settle } = await instrumented();
    await swarm().invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed"))).toEqual(["author → critic", "critic → author"]);
    expect(recorder.of("handoff_completed").map(({ data }) => data.outcome)).toEqual(["success", "success"]);
    expect(recorder.of("tool_called")).toEqual([]);
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["author", "critic", "author"]);
    expect(recorder.of("agent_completed").every(({ data }) => data.outcome === "success")).toBe(true);
    expect(recorder.of("error_raised")).toEqual([]);
  });

  test("have the receiver's run inside of them, beside the sender's", async () => {
    const spans = rememberSpans();
    const { config, settle } = await instrumented({}, { traces: true });
    await swarm().invoke(question, config);
    await settle();
    expect(await spans.lineOf("invoke_agent critic")).toEqual(["invoke_agent critic", "handoff critic", "invoke_workflow swarm"]);
  });

  test("may name the receiver's node where its agent is called otherwise", async () => {
    const { config, recorder, settle } = await instrumented();
    const desk = createAgent({ name: "desk", model: scripted([[call("transfer_to_billing")]]), tools: [transferTo("billing")] });
    const clerk = createAgent({ name: "Clerk", model: scripted(["paid"]), tools: [] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("desk", desk.graph, { ends: ["billing"] })
      .addNode("billing", clerk.graph)
      .addEdge(START, "desk")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(recorder.of("handoff_completed")).toHaveLength(1);
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["desk", "Clerk"]);
  });

  test("whose receiver has no run of its own are handoffs all the same", async () => {
    const { config, recorder, settle } = await instrumented();
    const become = tool(async () => "you are the billing agent now", {
      name: "transfer_to_billing",
      description: "Changes the role.",
      schema: noInput,
    });
    const agent = createAgent({ name: "desk", model: scripted([[call("transfer_to_billing")], "paid"]), tools: [become] });
    await agent.invoke({ messages: [] }, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed"))).toEqual(["desk → billing"]);
    expect(recorder.of("handoff_completed")[0]?.data.outcome).toBe("success");
  });

  test("that fail are failed handoffs, and one error", async () => {
    const { config, recorder, settle } = await instrumented();
    const refuse = async () => {
      throw new RangeError("nobody is there");
    };
    const tools = [tool(refuse, { name: "transfer_to_night_shift", description: "Fails.", schema: noInput })];
    const agent = createAgent({ name: "desk", model: scripted([[call("transfer_to_night_shift")], "sorry"]), tools });
    await agent.invoke({ messages: [] }, config);
    await settle();
    expect(recorder.of("handoff_completed").map(({ data }) => [data.toAgent, data.outcome, data.errorType])).toEqual([
      ["night_shift", "failure", "RangeError"],
    ]);
    expect(recorder.of("error_raised")).toHaveLength(1);
  });
});

describe("agents inside of agents", () => {
  const subgraph = (name: string) =>
    new StateGraph(MessagesAnnotation)
      .addNode("searcher", talker(["found"]))
      .addNode("reader", talker(["read"]))
      .addEdge(START, "searcher")
      .addEdge("searcher", "reader")
      .compile({ name });

  test("of a subgraph: the node is an agent, and hands over to the first one in it", async () => {
    const spans = rememberSpans();
    const { config, recorder, settle } = await instrumented({}, { traces: true });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("planner", talker(["a plan"]))
      .addNode("research", subgraph("library"))
      .addNode("writer", talker(["done"]))
      .addEdge(START, "planner")
      .addEdge("planner", "research")
      .addEdge("research", "writer")
      .compile({ name: "newsroom" });
    await graph.invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed")).sort()).toEqual([
      "planner → research",
      "research → searcher",
      "research → writer",
      "searcher → reader",
    ]);
    const inferred = recorder.of("handoff_completed").filter(({ data }) => data.inferred);
    expect(pairs(inferred)).toEqual(["research → searcher"]);
    expect(await spans.lineOf("invoke_agent reader")).toEqual([
      "invoke_agent reader",
      "handoff reader",
      "invoke_agent research",
      "handoff research",
      "invoke_workflow newsroom",
    ]);
    expect(recorder.of("workflow_started")).toHaveLength(1);
  });

  test("called in a node's function: the called ones take the node's place", async () => {
    const { config, recorder, settle } = await instrumented();
    const agent = (name: string) => createAgent({ name, model: scripted(["done"]), tools: [] });
    const debate = async () => {
      const { messages } = await agent("pro").invoke({ messages: [] });
      return { messages: (await agent("contra").invoke({ messages })).messages };
    };
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("opener", talker(["a question"]))
      .addNode("debate", debate as never)
      .addNode("judge", talker(["done"]))
      .addEdge(START, "opener")
      .addEdge("opener", "debate")
      .addEdge("debate", "judge")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(pairs(recorder.of("handoff_completed"))).toEqual(["opener → pro", "pro → contra", "contra → judge"]);
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["opener", "pro", "contra", "judge"]);
  });

  test("as tools: the caller hands over to them, inside of the tool", async () => {
    const spans = rememberSpans();
    const { config, recorder, settle } = await instrumented({}, { traces: true });
    const expert = createAgent({ name: "expert", model: scripted(["42"]), tools: [] });
    const ask = tool(async () => String((await expert.invoke({ messages: [] })).messages.at(-1)?.content), {
      name: "ask_expert",
      description: "Asks.",
      schema: noInput,
    });
    const author = createAgent({ name: "author", model: scripted([[call("ask_expert")], "done"]), tools: [ask] });
    await author.invoke({ messages: [] }, config);
    await settle();
    expect(recorder.of("handoff_completed").map(({ data }) => [data.fromAgent, data.toAgent, data.inferred])).toEqual([
      ["author", "expert", true],
    ]);
    expect((await spans.lineOf("invoke_agent expert")).slice(0, 4)).toEqual([
      "invoke_agent expert",
      "handoff expert",
      "execute_tool ask_expert",
      "invoke_agent author",
    ]);
  });

  test("of the older prebuilt kind are called like their node", async () => {
    const { config, recorder, settle } = await instrumented();
    const agent = () => createReactAgent({ llm: scripted(["done"]), tools: [] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("author", agent())
      .addNode("critic", agent())
      .addEdge(START, "author")
      .addEdge("author", "critic")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["author", "critic"]);
    expect(agentsOf(recorder.of("model_called"))).toEqual(["author", "critic"]);
    expect(pairs(recorder.of("handoff_completed"))).toEqual(["author → critic"]);
  });
});
