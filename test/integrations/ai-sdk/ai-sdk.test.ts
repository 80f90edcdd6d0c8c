import { setTimeout as sleep } from "node:timers/promises";
import { embedMany, generateText, isStepCount, streamText, ToolLoopAgent, tool } from "ai";
import { MockEmbeddingModelV4 } from "ai/test";
import { instrumentAiSdk } from "crowsnest/ai-sdk";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startEmbedded } from "../../support/embedded.ts";
import { tokenFigures } from "../../support/token-figures.ts";
import { rememberSpans } from "../spans.ts";
import { instrumented } from "./instrumented.ts";
import { call, say, scripted } from "./scripted-model.ts";

const grep = tool({ description: "Finds text.", inputSchema: z.object({ text: z.string() }), execute: async () => "found" });
const stopWhen = isStepCount(5);
const named = (functionId: string) => ({ telemetry: { functionId } });

describe("a call of the SDK", () => {
  test("is an agent's run with its model and tool calls in it", async () => {
    const { recorder, settle } = await instrumented();
    const model = scripted([[call("grep", { text: "TODO" })], [say("done")]]);
    const { text } = await generateText({ model, tools: { grep }, prompt: "hi", stopWhen, ...named("author") });
    expect(text).toBe("done");
    await settle();
    expect(recorder.types).toEqual([
      "agent_started",
      "model_called",
      "context_updated",
      "tool_called",
      "model_called",
      "context_updated",
      "agent_completed",
    ]);
    expect(new Set(recorder.events.map(({ agent }) => agent))).toEqual(new Set(["author"]));
    expect(recorder.of("agent_started")[0]?.data).toMatchObject({ model: "gpt-5", tools: ["grep"] });
    expect(recorder.of("model_called").map(({ data }) => data.finishReason)).toEqual(["tool-calls", "stop"]);
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ tool: "grep", toolType: "function", outcome: "success" });
  });

  test("streamed gives the same events, and the time to the first token", async () => {
    const { recorder, settle } = await instrumented();
    const model = scripted([[call("grep", { text: "TODO" })], [say("all is done")]], { delayMillis: 5 });
    const result = streamText({ model, tools: { grep }, prompt: "hi", stopWhen, ...named("author") });
    await result.consumeStream();
    expect(await result.text).toBe("all is done");
    await settle();
    expect(recorder.types).toEqual([
      "agent_started",
      "model_called",
      "context_updated",
      "tool_called",
      "model_called",
      "context_updated",
      "agent_completed",
    ]);
    const { timeToFirstTokenSeconds = 0, durationSeconds = 0 } = recorder.of("model_called")[1]?.data ?? {};
    expect(timeToFirstTokenSeconds).toBeGreaterThan(0.004);
    expect(durationSeconds).toBeGreaterThan(timeToFirstTokenSeconds);
  });

  test("by a ToolLoopAgent is that agent's, by the name of its telemetry", async () => {
    const { recorder, settle } = await instrumented();
    const agent = new ToolLoopAgent({ id: "a-1", model: scripted([[say("one")], [say("two")]]), ...named("author") });
    await agent.generate({ prompt: "hi" });
    await (await agent.stream({ prompt: "hi" })).consumeStream();
    await settle();
    expect(recorder.of("agent_completed").map(({ agent, data }) => [agent, data.outcome])).toEqual([
      ["author", "success"],
      ["author", "success"],
    ]);
  });

  test("is part of the host's workflow and task where it runs in them", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    await crowsnest.workflow({ name: "release", id: "R-1" }, () =>
      crowsnest.task({ id: "T-1", agent: "author", type: "write" }, () =>
        generateText({ model: scripted([[say("done")]]), prompt: "hi", ...named("author") }),
      ),
    );
    await settle();
    expect(recorder.of("agent_completed")[0]).toMatchObject({ workflowId: "R-1", taskId: "T-1" });
    expect(recorder.of("model_called")[0]).toMatchObject({ workflowId: "R-1", taskId: "T-1", agent: "author" });
    expect(recorder.of("handoff_completed")).toEqual([]);
  });

  test("without a name is part of the agent's work around it, and else has the default name", async () => {
    const { crowsnest, recorder, settle } = await instrumented({ defaultAgent: "somebody" });
    const ask = () => generateText({ model: scripted([[say("done")]]), prompt: "hi" });
    await crowsnest.agentRun({ agent: "author" }, ask);
    await ask();
    await settle();
    expect(recorder.of("model_called").map(({ agent }) => agent)).toEqual(["author", "somebody"]);
    expect(recorder.of("agent_completed").map(({ agent }) => agent)).toEqual(["author", "somebody"]);
  });

  test("has the name and session that the options give", async () => {
    const { recorder, settle } = await instrumented({
      agentName: ({ modelId, functionId }) => `${functionId}/${modelId}`,
      sessionId: ({ runtimeContext }) => String(runtimeContext.chat),
    });
    const telemetry = { functionId: "author", includeRuntimeContext: { chat: true } };
    await generateText({ model: scripted([[say("done")]]), prompt: "hi", runtimeContext: { chat: "chat-7" }, telemetry });
    await settle();
    expect(recorder.of("model_called")[0]).toMatchObject({ agent: "author/gpt-5", sessionId: "chat-7" });
  });

  test("is not followed after detaching, nor where its telemetry is off", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const detach = await instrumentAiSdk(crowsnest);
    const ask = (isEnabled: boolean) =>
      generateText({ model: scripted([[say("done")]]), prompt: "hi", telemetry: { isEnabled } });
    await ask(false);
    detach();
    await ask(true);
    await settle();
    expect(recorder.events).toEqual([]);
    expect(globalThis.AI_SDK_TELEMETRY_INTEGRATIONS).toEqual([]);
  });

  test("counts once where the integration was registered twice", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    onTestFinished(await instrumentAiSdk(crowsnest));
    const model = scripted([[call("grep", { text: "a" })], [say("done")]]);
    await generateText({ model, tools: { grep }, prompt: "hi", stopWhen, ...named("author") });
    await settle();
    expect(recorder.of("agent_completed")).toHaveLength(1);
    expect(recorder.of("model_called")).toHaveLength(2);
    expect(recorder.of("tool_called")).toHaveLength(1);
  });
});

describe("tokens", () => {
  test("are counted by kind and once, with their cost and the provider's name by the conventions", async () => {
    const usage = { input: 100, output: 40, cacheRead: 30, cacheWrite: 20, reasoning: 10 };
    const { metric, recorder, settle } = await instrumented({ price: () => 0.25, contextLimitTokens: () => 200 });
    const model = scripted([[call("grep", { text: "a" })], [say("done")]], { usage });
    await generateText({ model, tools: { grep }, prompt: "hi", stopWhen, ...named("author") });
    await settle();
    expect(recorder.of("context_updated")[0]?.data).toMatchObject({ tokens: 140, limitTokens: 200 });
    expect(await tokenFigures({ metric }, "author")).toEqual([100, 60, 40, 60, 20]);
    expect(await metric('agent_cost_usd_total{service="test",agent="author",model="gpt-5"}')).toBe(0.5);
  });

  test("of embeddings are those of model calls, one for each request, and stand in no context", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const model = new MockEmbeddingModelV4({
      provider: "openai.embedding",
      modelId: "embed-3",
      maxEmbeddingsPerCall: 2,
      supportsParallelCalls: true,
      doEmbed: async ({ values }) => ({ embeddings: values.map(() => [0]), usage: { tokens: 4 * values.length }, warnings: [] }),
    });
    await crowsnest.agentRun({ agent: "librarian" }, () => embedMany({ model, values: ["a", "b", "c"] }));
    await settle();
    const calls = recorder.of("model_called").map(({ agent, data }) => [agent, data.provider, data.model, data.inputTokens]);
    expect(calls.toSorted((one, other) => Number(other[3]) - Number(one[3]))).toEqual([
      ["librarian", "openai", "embed-3", 8],
      ["librarian", "openai", "embed-3", 4],
    ]);
    expect(recorder.of("context_updated")).toEqual([]);
    expect(recorder.of("agent_completed")).toHaveLength(1);
  });
});

describe("a tool", () => {
  test("that the provider ran by itself is a tool call, too", async () => {
    const { recorder, settle } = await instrumented();
    const search = { type: "tool-call" as const, toolCallId: "s-1", toolName: "web_search", input: "{}", providerExecuted: true };
    const result = { type: "tool-result" as const, toolCallId: "s-1", toolName: "web_search", result: "found", dynamic: true };
    const model = scripted([[{ ...search, dynamic: true }, result, say("done")]]);
    await generateText({ model, prompt: "hi", ...named("author") });
    await settle();
    const [called] = recorder.of("tool_called");
    expect(called?.data).toMatchObject({ tool: "web_search", toolType: "extension", outcome: "success", callId: "s-1" });
  });

  test("has the host's own work inside of it, and model providers' requests are inside of the model call", async () => {
    const spans = rememberSpans();
    const { crowsnest, recorder, settle } = await instrumented({}, { traces: true });
    const decide = tool({
      description: "Decides.",
      inputSchema: z.object({}),
      execute: () => crowsnest.decision({ type: "approval" }, async (decision) => decision.choose("yes")),
    });
    const request = async () => crowsnest.skill({ skill: "http" }, async () => [call("decide")]);
    const model = scripted([request, [say("done")]]);
    await crowsnest.workflow({ name: "release" }, () =>
      generateText({ model, tools: { decide }, prompt: "hi", stopWhen, ...named("author") }),
    );
    await settle();
    const around = ["invoke_agent author", "invoke_workflow release"];
    expect(await spans.lineOf("decision approval")).toEqual(["decision approval", "execute_tool decide", ...around]);
    expect(await spans.lineOf("skill http")).toEqual(["skill http", "chat gpt-5", ...around]);
    expect(recorder.of("decision_made")[0]?.agent).toBe("author");
  });
});

describe("an agent in another one's tool", () => {
  const expertTool = (answer: () => Promise<string>) =>
    tool({ description: "Asks the expert.", inputSchema: z.object({}), execute: answer });

  test("was handed that one's work, which is inferred and lasts until it has answered", async () => {
    const spans = rememberSpans();
    const { metric, recorder, settle } = await instrumented({}, { traces: true });
    const expert = new ToolLoopAgent({ model: scripted([[say("42")]]), ...named("expert") });
    const ask = expertTool(async () => (await expert.generate({ prompt: "?" })).text);
    await generateText({
      model: scripted([[call("ask")], [say("done")]]),
      tools: { ask },
      prompt: "hi",
      stopWhen,
      ...named("author"),
    });
    await settle();
    expect(await spans.lineOf("invoke_agent expert")).toEqual([
      "invoke_agent expert",
      "handoff expert",
      "execute_tool ask",
      "invoke_agent author",
    ]);
    const [handoff] = recorder.of("handoff_completed");
    expect(handoff?.data).toMatchObject({ fromAgent: "author", toAgent: "expert", inferred: true, outcome: "success" });
    const name = 'agent_handoffs_total{service="test",from_agent="author",to_agent="expert",outcome="success"}';
    expect(await metric(name)).toBe(1);
    expect(await metric('agent_handoffs_in_progress{service="test"}')).toBe(0);
  });

  test("is handed over to once where the host says so itself", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const expert = new ToolLoopAgent({ model: scripted([[say("42")]]), ...named("expert") });
    const ask = expertTool(() =>
      crowsnest.handoff({ from: "author", to: "expert" }, async () => (await expert.generate({ prompt: "?" })).text),
    );
    const model = scripted([[call("ask")], [say("done")]]);
    await generateText({ model, tools: { ask }, prompt: "hi", stopWhen, ...named("author") });
    await settle();
    expect(recorder.of("handoff_completed").map(({ data }) => data.inferred)).toEqual([undefined]);
  });
});

describe("runs side by side", () => {
  test("keep their names and ids apart, also in calls of the host's inside of tools", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const note = tool({
      description: "Notes who called.",
      inputSchema: z.object({ who: z.string() }),
      async execute({ who }) {
        await sleep(5);
        crowsnest.emit({ type: "measurement_recorded", attributes: { who }, data: { name: "notes", value: 1, unit: "notes" } });
        return "noted";
      },
    });
    const names = Array.from({ length: 8 }, (_, index) => `agent-${index}`);
    await Promise.all(
      names.map(async (who, index) => {
        const model = scripted([[call("note", { who }), call("note", { who })], [say("done")]]);
        const settings = { model, tools: { note }, prompt: "hi", stopWhen, ...named(who) };
        if (index % 2 === 0) return crowsnest.workflow({ name: who, id: who }, () => generateText(settings));
        return crowsnest.workflow({ name: who, id: who }, () => streamText(settings).consumeStream());
      }),
    );
    await settle();
    expect(recorder.of("measurement_recorded")).toHaveLength(2 * names.length);
    for (const { agent, workflowId, attributes } of recorder.of("measurement_recorded")) {
      expect([agent, workflowId]).toEqual([attributes?.who, attributes?.who]);
    }
    for (const { agent, workflowId } of [...recorder.of("model_called"), ...recorder.of("tool_called")]) {
      expect(workflowId).toBe(agent);
    }
  });
});
