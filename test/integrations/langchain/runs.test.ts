import { setTimeout as sleep } from "node:timers/promises";
import { Document } from "@langchain/core/documents";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { BaseRetriever } from "@langchain/core/retrievers";
import { FakeListChatModel, FakeLLM } from "@langchain/core/utils/testing";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createAgent, tool } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { withEnvironment } from "../../support/environment.ts";
import { startOtlpReceiver } from "../../support/otlp-receiver.ts";
import { tokenFigures } from "../../support/token-figures.ts";
import { rememberSpans } from "../spans.ts";
import { agentsOf, newsroom, passOn, question, type State, talker } from "./graphs.ts";
import { instrumented } from "./instrumented.ts";
import { call, scripted } from "./scripted-model.ts";

const noInput = z.object({});
const grep = tool(async ({ text }) => `found ${text}`, {
  name: "grep",
  description: "Finds text.",
  schema: z.object({ text: z.string() }),
});

describe("a graph", () => {
  test("is a workflow with its thread as session, its nodes that call models are agents, and the others steps", async () => {
    const { config, recorder, settle, told } = await instrumented();
    const { messages } = await newsroom().invoke(question, { ...config, configurable: { thread_id: "chat-7" } });
    expect(messages.at(-1)?.content).toBe("yes");
    await settle();
    const [started] = recorder.of("workflow_started");
    expect(started?.data.name).toBe("newsroom");
    for (const event of recorder.events) {
      expect(event.workflowId).toBe(started?.workflowId);
      expect(event.sessionId).toBe("chat-7");
    }
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["planner", "writer", "critic", "writer", "critic"]);
    expect(agentsOf(recorder.of("model_called"))).toEqual(["planner", "writer", "critic", "writer", "critic"]);
    expect(recorder.of("step_progressed").map(({ data }) => [data.step, data.status, data.stepIndex])).toEqual([
      ["spelling", "completed", 2],
      ["spelling", "completed", 5],
    ]);
    expect(recorder.types.at(-1)).toBe("workflow_completed");
    expect(told).toEqual([]);
  });

  test("is called by its run name where it has one", async () => {
    const { config, recorder, settle } = await instrumented();
    await newsroom().invoke(question, { ...config, runName: "night edition" });
    await settle();
    expect(recorder.of("workflow_completed")[0]?.data.name).toBe("night edition");
  });

  test("is a part of the host's workflow where there is one, and opens none of its own", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    await crowsnest.workflow({ name: "release", id: "R-1" }, () =>
      crowsnest.task({ id: "T-1", agent: "editor", type: "publish" }, () => newsroom().invoke(question, config)),
    );
    await settle();
    expect(recorder.of("workflow_started")).toHaveLength(1);
    for (const event of [...recorder.of("agent_completed"), ...recorder.of("model_called"), ...recorder.of("step_progressed")]) {
      expect(event).toMatchObject({ workflowId: "R-1", taskId: "T-1" });
    }
  });

  test("gives the same events whichever way it is called", async () => {
    const { config, recorder, settle } = await instrumented();
    await newsroom().invoke(question, config);
    await settle();
    const invoked = recorder.events.splice(0).map(({ type, agent }) => [type, agent]);
    for await (const chunk of await newsroom().stream(question, { ...config, streamMode: ["messages", "updates"] })) void chunk;
    await settle();
    expect(recorder.events.splice(0).map(({ type, agent }) => [type, agent])).toEqual(invoked);
    for await (const event of newsroom().streamEvents(question, { ...config, version: "v2" })) void event;
    await settle();
    expect(recorder.events.splice(0).map(({ type, agent }) => [type, agent])).toEqual(invoked);
    await newsroom().batch([question], config);
    await settle();
    expect(recorder.events.map(({ type, agent }) => [type, agent])).toEqual(invoked);
  });

  test("gives the same events in whatever way the framework calls its handlers", async () => {
    const seen = [];
    for (const background of ["true", "false"]) {
      withEnvironment({ LANGCHAIN_CALLBACKS_BACKGROUND: background });
      const { crowsnest, config, recorder, settle } = await instrumented();
      await crowsnest.task({ agent: "editor", type: "publish" }, () => newsroom().invoke(question, config));
      await settle();
      expect(recorder.of("model_called").every(({ taskId }) => taskId !== undefined)).toBe(true);
      seen.push(recorder.events.map(({ type, agent }) => [type, agent]));
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  test("tells its metrics", async () => {
    const { config, metric, settle } = await instrumented();
    await newsroom().invoke(question, config);
    await settle();
    expect(await metric('agent_workflows_total{service="test",workflow="newsroom",outcome="success"}')).toBe(1);
    expect(await metric('agent_active{service="test",agent="critic"}')).toBe(0);
    const labels = 'service="test",agent="critic",provider="openai",model="gpt-5"';
    expect(await metric(`agent_model_calls_total{${labels},outcome="success"}`)).toBe(2);
    expect(await metric(`agent_model_tokens_total{${labels},token_type="input"}`)).toBe(20);
    expect(await metric('agent_handoffs_total{service="test",from_agent="critic",to_agent="writer",outcome="success"}')).toBe(1);
    expect(await metric('agent_handoffs_in_progress{service="test"}')).toBe(0);
  });

  test("gives spans that nest as the work does, to a real receiver", async () => {
    const receiver = await startOtlpReceiver();
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    const { crowsnest, config } = await instrumented({}, { traces: true });
    const agent = createAgent({ name: "finder", model: scripted([[call("grep", { text: "a" })], "done"]), tools: [grep] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("planner", talker(["a plan"]))
      .addNode("finder", agent.graph)
      .addEdge(START, "planner")
      .addEdge("planner", "finder")
      .compile({ name: "search" });
    await graph.invoke(question, config);
    await crowsnest.flush();
    const names = new Map(receiver.spans.map((span) => [span.spanId, span.name]));
    const parents = receiver.spans.map(({ name, parentSpanId }) => [name, parentSpanId && names.get(parentSpanId)]);
    expect(parents).toEqual(
      expect.arrayContaining([
        ["invoke_workflow search", undefined],
        ["invoke_agent planner", "invoke_workflow search"],
        ["chat gpt-5", "invoke_agent planner"],
        ["handoff finder", "invoke_workflow search"],
        ["invoke_agent finder", "handoff finder"],
        ["execute_tool grep", "invoke_agent finder"],
        ["chat gpt-5", "invoke_agent finder"],
      ]),
    );
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });
});

describe("an agent of createAgent", () => {
  test("is a workflow and that agent, whose nodes are steps", async () => {
    const { config, recorder, settle } = await instrumented();
    const agent = createAgent({ name: "finder", model: scripted([[call("grep", { text: "a" })], "done"]), tools: [grep] });
    await agent.invoke({ messages: [{ role: "user", content: "hi" }] }, config);
    await settle();
    expect(recorder.types).toEqual([
      "workflow_started",
      "agent_started",
      "model_called",
      "context_updated",
      "step_progressed",
      "tool_called",
      "step_progressed",
      "model_called",
      "context_updated",
      "step_progressed",
      "agent_completed",
      "workflow_completed",
    ]);
    expect(recorder.of("workflow_started")[0]?.data.name).toBe("finder");
    expect(agentsOf(recorder.events.slice(1, -1))).toEqual(Array.from({ length: 10 }, () => "finder"));
    expect(recorder.of("model_called").map(({ data }) => data.finishReason)).toEqual(["tool_calls", "stop"]);
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ tool: "grep", toolType: "function", outcome: "success" });
    expect(recorder.of("handoff_started")).toEqual([]);
  });

  test("without a name is called like its node, or like its run", async () => {
    const { config, recorder, settle } = await instrumented();
    const unnamed = () => createAgent({ model: scripted(["done"]), tools: [] });
    const graph = new StateGraph(MessagesAnnotation).addNode("finder", unnamed().graph).addEdge(START, "finder").compile();
    await graph.invoke(question, config);
    await unnamed().invoke({ messages: [] }, { ...config, runName: "helper" });
    await settle();
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["finder", "helper"]);
    expect(agentsOf(recorder.of("model_called"))).toEqual(["finder", "helper"]);
  });
});

describe("the host's own calls", () => {
  test("nest under the node or tool that they are made in, and what the framework runs in them under them", async () => {
    const spans = rememberSpans();
    const { crowsnest, config, settle } = await instrumented({}, { traces: true });
    const model = scripted(["done"]);
    const note = tool(async () => crowsnest.skill({ skill: "noting" }, async () => "noted"), {
      name: "note",
      description: "Notes.",
      schema: noInput,
    });
    const write = ({ messages }: State) =>
      crowsnest.task({ type: "write" }, async () => {
        await sleep(2);
        await note.invoke({});
        return { messages: [await model.invoke(messages)] };
      });
    const graph = new StateGraph(MessagesAnnotation).addNode("writer", write).addEdge(START, "writer").compile({ name: "press" });
    await graph.invoke(question, config);
    await settle();
    const around = ["task write", "invoke_agent writer", "invoke_workflow press"];
    expect(await spans.lineOf("chat gpt-5")).toEqual(["chat gpt-5", ...around]);
    expect(await spans.lineOf("execute_tool note")).toEqual(["execute_tool note", ...around]);
    expect((await spans.lineOf("skill noting")).slice(1)).toEqual(["execute_tool note", ...around]);
  });

  test("make a node an agent, unless the host says that it is none", async () => {
    const notesIn = async (agent?: () => boolean) => {
      const { crowsnest, config, recorder, settle } = await instrumented(agent && { agent });
      const note = async () => {
        crowsnest.emit({ type: "measurement_recorded", data: { name: "notes", value: 1, unit: "notes" } });
        return passOn();
      };
      const graph = new StateGraph(MessagesAnnotation).addNode("noter", note).addEdge(START, "noter").compile();
      await graph.invoke(question, config);
      await settle();
      expect(recorder.of("measurement_recorded")[0]?.workflowId).toBeDefined();
      return [agentsOf(recorder.of("measurement_recorded")), agentsOf(recorder.of("agent_completed"))];
    };
    expect(await notesIn()).toEqual([["noter"], ["noter"]]);
    expect(await notesIn(() => false)).toEqual([[undefined], []]);
  });
});

describe("runs side by side", () => {
  test("keep their names and ids apart, also in calls of the host's", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    const runs = Array.from({ length: 20 }, (_, index) => `run-${index}`);
    const note = (who: string) => async (state: State) => {
      const { messages } = await talker([async () => String(await sleep(Math.random() * 10, "done"))])(state);
      crowsnest.emit({ type: "measurement_recorded", attributes: { who }, data: { name: "notes", value: 1, unit: "notes" } });
      await sleep(Math.random() * 5);
      return { messages };
    };
    await Promise.all(
      runs.map((who) =>
        new StateGraph(MessagesAnnotation)
          .addNode(who, note(who))
          .addNode(`after-${who}`, talker(["done"]))
          .addEdge(START, who)
          .addEdge(who, `after-${who}` as never)
          .compile({ name: who })
          .invoke(question, config),
      ),
    );
    await settle();
    const workflowOf = new Map(recorder.of("workflow_started").map(({ data, workflowId }) => [data.name, workflowId]));
    expect(new Set(workflowOf.values()).size).toBe(20);
    expect(recorder.of("measurement_recorded")).toHaveLength(20);
    for (const event of [
      ...recorder.of("measurement_recorded"),
      ...recorder.of("model_called"),
      ...recorder.of("agent_completed"),
    ]) {
      expect(event.workflowId).toBe(workflowOf.get(String(event.agent).replace("after-", "")));
    }
    for (const { data } of recorder.of("handoff_completed")) expect(data.toAgent).toBe(`after-${data.fromAgent}`);
  });
});

describe("a model call", () => {
  const usage = {
    input_tokens: 100,
    output_tokens: 40,
    total_tokens: 140,
    input_token_details: { cache_read: 30, cache_creation: 20 },
    output_token_details: { reasoning: 10 },
  };

  test("tells its tokens once, invoked or streamed, and the price that the host names", async () => {
    const { config, metric, recorder, settle } = await instrumented({ price: () => 0.25 });
    const graph = () =>
      new StateGraph(MessagesAnnotation)
        .addNode("writer", talker(["done"], { usage }))
        .addEdge(START, "writer")
        .compile();
    await graph().invoke(question, config);
    for await (const chunk of await graph().stream(question, { ...config, streamMode: "messages" })) void chunk;
    await settle();
    const tokens = { inputTokens: 100, outputTokens: 40, cacheReadTokens: 30, cacheWriteTokens: 20, reasoningTokens: 10 };
    const expected = { ...tokens, costUsd: 0.25, provider: "openai", model: "gpt-5", finishReason: "stop" };
    expect(recorder.of("model_called").map(({ data }) => data)).toMatchObject([expected, expected]);
    expect(await tokenFigures({ metric }, "writer")).toEqual([100, 60, 40, 60, 20]);
    expect(await metric('agent_cost_usd_total{service="test",agent="writer",model="gpt-5"}')).toBe(0.5);
  });

  test("that is streamed tells when the first token was there", async () => {
    const { config, recorder, settle } = await instrumented();
    const model = scripted(["one two three four five"], { delayMillis: 20 });
    for await (const chunk of await model.stream("hi", config)) void chunk;
    await scripted(["done"]).invoke("hi", config);
    await settle();
    const [streamed, whole] = recorder.of("model_called").map(({ data }) => data);
    expect(streamed?.timeToFirstTokenSeconds).toBeGreaterThanOrEqual(0.019);
    expect(streamed?.timeToFirstTokenSeconds).toBeLessThan((streamed?.durationSeconds ?? 0) - 0.05);
    expect(streamed?.inputTokens).toBe(10);
    expect(whole?.timeToFirstTokenSeconds).toBeUndefined();
  });

  test("fills its agent's context, with the limit that the host names", async () => {
    const contextLimitTokens = (model: string, agent: string | undefined) =>
      model === "own" && agent === "writer" ? 200 : undefined;
    const { config, recorder, settle } = await instrumented({ contextLimitTokens });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("writer", talker(["done"], { name: "own" }))
      .addNode("critic", talker(["done"], { name: "own" }))
      .addEdge(START, "writer")
      .addEdge("writer", "critic")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(recorder.of("context_updated").map(({ agent, data }) => [agent, data.tokens, data.items, data.limitTokens])).toEqual([
      ["writer", 15, 1, 200],
      ["critic", 15, 2, undefined],
    ]);
  });

  test("names its provider as the conventions have it, or as the host does", async () => {
    const { config, recorder, settle } = await instrumented({ provider: (model) => (model === "own" ? "us" : undefined) });
    await scripted(["a"], { provider: "google_genai" }).invoke("hi", config);
    await scripted(["a"], { name: "own" }).invoke("hi", config);
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.provider)).toEqual(["gcp.gemini", "us"]);
  });

  test("of a model that says nothing of itself is told by its class, and costs nothing that is told", async () => {
    const { config, recorder, settle, told } = await instrumented();
    await new FakeListChatModel({ responses: ["a"] }).invoke("hi", config);
    await new FakeLLM({ response: "a" }).invoke("hi", config);
    await settle();
    expect(recorder.types).toEqual(["model_called", "model_called"]);
    expect(recorder.of("model_called").map(({ agent, data }) => [agent, data.model, data.inputTokens, data.costUsd])).toEqual([
      ["unknown", "FakeListChatModel", undefined, undefined],
      ["unknown", "FakeLLM", undefined, undefined],
    ]);
    expect(told).toEqual([]);
  });
});

describe("a chain without a graph", () => {
  class Shelf extends BaseRetriever {
    lc_namespace = ["test"];
    override async _getRelevantDocuments(query: string) {
      return [new Document({ pageContent: query })];
    }
  }

  test("is a workflow, and its calls are its own", async () => {
    const { config, recorder, settle, told } = await instrumented();
    const chain = ChatPromptTemplate.fromTemplate("about {x}")
      .pipe(scripted(["done"]))
      .pipe(new StringOutputParser());
    expect(await chain.invoke({ x: "birds" }, { ...config, runName: "summary", metadata: { session_id: "S-1" } })).toBe("done");
    await settle();
    expect(recorder.types).toEqual(["workflow_started", "model_called", "context_updated", "workflow_completed"]);
    expect(recorder.of("model_called")[0]).toMatchObject({ agent: "summary", sessionId: "S-1" });
    expect(told).toEqual([]);
  });

  test("is the work of the host's agent around it", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    const chain = ChatPromptTemplate.fromTemplate("about {x}").pipe(scripted(["done"]));
    await crowsnest.agentRun({ agent: "librarian" }, () => chain.invoke({ x: "birds" }, config));
    await settle();
    expect(agentsOf(recorder.of("model_called"))).toEqual(["librarian"]);
  });

  test("tells its retrievers as tools", async () => {
    const { config, recorder, settle } = await instrumented();
    await new Shelf().invoke("secret", { ...config, runName: "shelf" });
    await settle();
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ tool: "shelf", toolType: "retriever", outcome: "success" });
    expect(JSON.stringify(recorder.events)).not.toContain("secret");
  });
});

describe("the options", () => {
  test("say which nodes are agents, and how they are called", async () => {
    const names: Record<string, string | boolean> = { planner: false, spelling: true, critic: "judge" };
    const { config, recorder, settle } = await instrumented({ agent: ({ name }) => names[name] });
    await newsroom().invoke(question, config);
    await settle();
    expect(agentsOf(recorder.of("agent_started"))).toEqual(["writer", "spelling", "judge", "writer", "spelling", "judge"]);
    // The planner's model is called by nobody in particular, and so by the graph.
    expect(agentsOf(recorder.of("model_called"))[0]).toBe("newsroom");
    expect(recorder.of("step_progressed").map(({ data }) => data.step)).toEqual(["planner"]);
  });

  test("may name as an agent a node that has that agent's graph in it: it is one", async () => {
    const { config, recorder, settle } = await instrumented({ agent: () => true });
    const agent = createAgent({ name: "finder", model: scripted([[call("grep", { text: "a" })], "done"]), tools: [grep] });
    const graph = new StateGraph(MessagesAnnotation).addNode("finder", agent.graph).addEdge(START, "finder").compile();
    await graph.invoke(question, config);
    await settle();
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["finder"]);
    expect(recorder.of("step_progressed").map(({ data }) => data.step)).toEqual(["model_request", "tools", "model_request"]);
  });

  test("say which task a run works on: the whole graph, or single agents", async () => {
    const taskId = (metadata: Readonly<Record<string, unknown>>) =>
      metadata.langgraph_node === "critic" ? "T-2" : (metadata.task_id as string | undefined);
    const { config, recorder, settle } = await instrumented({ taskId });
    await newsroom().invoke(question, { ...config, metadata: { task_id: "T-1" } });
    await settle();
    expect(recorder.of("task_completed").map(({ taskId, agent, data }) => [taskId, agent, data.taskType])).toEqual([
      ["T-2", "critic", "critic"],
      ["T-2", "critic", "critic"],
      ["T-1", "newsroom", "newsroom"],
    ]);
    const tasks = recorder.of("model_called").map(({ agent, taskId }) => `${agent} ${taskId}`);
    expect(new Set(tasks)).toEqual(new Set(["planner T-1", "writer T-1", "critic T-2"]));
  });
});
