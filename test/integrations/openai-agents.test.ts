import { Agent, handoff, type MCPServer, Runner, run, tool, withTrace } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { tokenFigures } from "../support/token-figures.ts";
import { instrumented } from "./instrumented.ts";
import { call, handTo, say, scripted } from "./scripted-model.ts";
import { rememberSpans } from "./spans.ts";

const grep = tool({
  name: "grep",
  description: "Finds text.",
  parameters: z.object({ text: z.string() }),
  execute: async () => "found",
});

/** Two agents that can hand work to each other. */
function pair(author: Parameters<typeof scripted>[0], critic: Parameters<typeof scripted>[0]): Agent {
  const first = new Agent({ name: "author", model: scripted(author) });
  const second = new Agent({ name: "critic", model: scripted(critic), handoffs: [first] });
  first.handoffs.push(second);
  return first;
}

describe("a run of the SDK", () => {
  test("is a workflow with the trace's name and session, and an agent's run with its calls in it", async () => {
    const { recorder, settle } = await instrumented();
    const author = new Agent({
      name: "author",
      model: scripted([[call("grep", { text: "TODO" })], [say("done")]]),
      tools: [grep],
    });
    const runner = new Runner({ workflowName: "checkout", groupId: "chat-7" });
    expect((await runner.run(author, "hi")).finalOutput).toBe("done");
    await settle();
    expect(recorder.types).toEqual([
      "workflow_started",
      "agent_started",
      "model_called",
      "context_updated",
      "tool_called",
      "step_progressed",
      "model_called",
      "context_updated",
      "step_progressed",
      "agent_completed",
      "workflow_completed",
    ]);
    const [started] = recorder.of("workflow_started");
    expect(started?.data.name).toBe("checkout");
    for (const event of recorder.events) {
      expect(event.workflowId).toBe(started?.workflowId);
      expect(event.sessionId).toBe("chat-7");
    }
    const agents = recorder.events.filter(({ type }) => !type.startsWith("workflow_")).map(({ agent }) => agent);
    expect(new Set(agents)).toEqual(new Set(["author"]));
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ tool: "grep", toolType: "function", outcome: "success" });
    expect(recorder.of("step_progressed").map(({ data }) => data.stepIndex)).toEqual([0, 1]);
  });

  test("is a part of the host's workflow where there is one, and opens none of its own", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const author = new Agent({ name: "author", model: scripted([[say("done")]]) });
    await crowsnest.workflow({ name: "release", id: "R-1" }, () =>
      crowsnest.task({ id: "T-1", agent: "author", type: "write" }, () => run(author, "hi")),
    );
    await settle();
    expect(recorder.of("workflow_started")).toHaveLength(1);
    expect(recorder.of("agent_completed")[0]).toMatchObject({ workflowId: "R-1", taskId: "T-1" });
    expect(recorder.of("model_called")[0]).toMatchObject({ workflowId: "R-1", taskId: "T-1" });
  });

  test("streamed gives the same events", async () => {
    const { recorder, settle } = await instrumented();
    const author = new Agent({ name: "author", model: scripted([[say("done")]]) });
    const result = await run(author, "hi", { stream: true });
    await result.completed;
    await settle();
    expect(recorder.types).toEqual([
      "workflow_started",
      "agent_started",
      "model_called",
      "context_updated",
      "step_progressed",
      "agent_completed",
      "workflow_completed",
    ]);
  });

  test("gives spans that nest as the work does", async () => {
    const spans = rememberSpans();
    const { recorder, settle } = await instrumented({ crowsnest: { traces: true } });
    const author = new Agent({ name: "author", model: scripted([[call("grep", { text: "a" })], [say("done")]]), tools: [grep] });
    await new Runner({ workflowName: "checkout" }).run(author, "hi");
    await settle();
    expect(await spans.lineOf("execute_tool grep")).toEqual([
      "execute_tool grep",
      "invoke_agent author",
      "invoke_workflow checkout",
    ]);
    expect(await spans.lineOf("chat gpt-5")).toEqual(["chat gpt-5", "invoke_agent author", "invoke_workflow checkout"]);
    const traces = new Set(recorder.events.map(({ traceId }) => traceId));
    expect(traces.size).toBe(1);
  });

  test("is seen also where another processor comes first", async () => {
    const done = async () => undefined;
    const other = { onTraceStart: done, onTraceEnd: done, onSpanStart: done, onSpanEnd: done, shutdown: done, forceFlush: done };
    const { crowsnest, recorder, settle } = await instrumented({ before: [other] });
    const note = tool({
      name: "note",
      description: "Notes something.",
      parameters: z.object({}),
      execute: async () =>
        String(crowsnest.emit({ type: "measurement_recorded", data: { name: "notes", value: 1, unit: "notes" } })),
    });
    await run(new Agent({ name: "author", model: scripted([[call("note")], [say("done")]]), tools: [note] }), "hi");
    await settle();
    expect(recorder.of("measurement_recorded")[0]).toMatchObject({ agent: "author" });
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
  });
});

describe("runs side by side", () => {
  test("keep their names and ids apart, also in calls of the host's inside of tools", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const note = tool({
      name: "note",
      description: "Notes who called.",
      parameters: z.object({ who: z.string() }),
      async execute({ who }) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        crowsnest.emit({ type: "measurement_recorded", attributes: { who }, data: { name: "notes", value: 1, unit: "notes" } });
        return "noted";
      },
    });
    const names = Array.from({ length: 8 }, (_, index) => `agent-${index}`);
    await Promise.all(
      names.map((who) => {
        const notes = [call("note", { who }), call("note", { who })];
        const agent = new Agent({ name: who, model: scripted([notes, [say("done")]]), tools: [note] });
        return new Runner({ workflowName: who }).run(agent, "hi");
      }),
    );
    await settle();
    const workflowOf = new Map(recorder.of("workflow_started").map(({ data, workflowId }) => [data.name, workflowId]));
    expect(new Set(workflowOf.values()).size).toBe(names.length);
    expect(recorder.of("measurement_recorded")).toHaveLength(2 * names.length);
    for (const event of recorder.of("measurement_recorded")) {
      expect(event.agent).toBe(event.attributes?.who);
      expect(event.workflowId).toBe(workflowOf.get(String(event.agent)));
    }
  });
});

describe("tokens", () => {
  test("are counted once, on model calls, however often the SDK repeats them", async () => {
    const usage = { input: 100, output: 40, cached: 30, cacheWrite: 20, reasoning: 10 };
    const { metric, recorder, settle } = await instrumented({ options: { price: () => 0.25 } });
    const author = new Agent({
      name: "author",
      model: scripted([[call("grep", { text: "a" })], [say("done")]], { usage }),
      tools: [grep],
    });
    await run(author, "hi");
    await settle();
    expect(recorder.of("model_called")[0]?.data).toMatchObject({
      inputTokens: 100,
      outputTokens: 40,
      cacheReadTokens: 30,
      cacheWriteTokens: 20,
      reasoningTokens: 10,
      costUsd: 0.25,
      provider: "openai",
      model: "gpt-5",
    });
    expect(await tokenFigures({ metric }, "author")).toEqual([100, 60, 40, 60, 20]);
    expect(await metric('agent_cost_usd_total{service="test",agent="author",model="gpt-5"}')).toBe(0.5);
  });

  test("of one request are the agent's context, with its limit where that is known", async () => {
    const contextLimitTokens = (model: string, agent: string | undefined) =>
      model === "gpt-5" && agent === "author" ? 200 : undefined;
    // What the function does not know is the model's own window.
    const { recorder, settle } = await instrumented({ options: { contextLimitTokens } });
    await run(pair([[handTo("critic")]], [[say("fine")]]), "hi");
    await settle();
    expect(recorder.of("context_updated").map(({ agent, data }) => [agent, data.tokens, data.limitTokens])).toEqual([
      ["author", 15, 200],
      ["critic", 15, 400_000],
    ]);
  });

  test("cost what the published prices say where the host says nothing, which is told as an estimate", async () => {
    const { metric, recorder, settle } = await instrumented();
    await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi");
    await settle();
    // 10 tokens in and 5 out, at 1.25 and 10 US dollars a million.
    expect(recorder.of("model_called")[0]?.data).toMatchObject({ costUsd: 0.0000625, costIsEstimated: true });
    expect(await metric('agent_cost_usd_total{service="test",agent="author",model="gpt-5"}')).toBe(0.0000625);
  });

  test("without a price cost nothing that is told", async () => {
    const { metric, recorder, settle } = await instrumented({ crowsnest: { prices: false } });
    await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi");
    await settle();
    expect(recorder.of("model_called")[0]?.data.costUsd).toBeUndefined();
    expect(await metric('agent_cost_usd_total{service="test",agent="author",model="gpt-5"}')).toBeUndefined();
  });
});

describe("a handoff", () => {
  test("goes both ways, and lasts until the receiver has answered", async () => {
    const { metric, recorder, settle } = await instrumented();
    let during: number | undefined;
    const judge = async () => {
      await settle();
      during = await metric('agent_handoffs_in_progress{service="test"}');
      return [handTo("author")];
    };
    await run(pair([[handTo("critic")], [say("mended")]], [judge]), "hi");
    await settle();
    expect(during).toBe(1);
    expect(await metric('agent_handoffs_in_progress{service="test"}')).toBe(0);
    expect(recorder.of("handoff_completed").map(({ data }) => [data.fromAgent, data.toAgent, data.outcome])).toEqual([
      ["author", "critic", "success"],
      ["critic", "author", "success"],
    ]);
    const [there] = recorder.of("handoff_completed");
    const [judged] = recorder.of("agent_completed").filter(({ agent }) => agent === "critic");
    expect(there?.data.durationSeconds).toBeGreaterThanOrEqual(judged?.data.durationSeconds ?? Number.POSITIVE_INFINITY);
  });

  test("nests inside the run that made it, and the receiver's run inside of it", async () => {
    const spans = rememberSpans();
    const { settle } = await instrumented({ crowsnest: { traces: true } });
    await new Runner({ workflowName: "review" }).run(pair([[handTo("critic")]], [[say("fine")]]), "hi");
    await settle();
    expect(await spans.lineOf("invoke_agent critic")).toEqual([
      "invoke_agent critic",
      "handoff critic",
      "invoke_agent author",
      "invoke_workflow review",
    ]);
  });

  test("fails with its receiver", async () => {
    const { recorder, settle } = await instrumented();
    await expect(run(pair([[handTo("critic")]], [new RangeError("no more room")]), "hi")).rejects.toThrow("no more room");
    await settle();
    expect(recorder.of("handoff_completed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
    expect(recorder.of("error_raised")).toHaveLength(1);
  });

  test("that nobody takes over fails, and that is one error", async () => {
    const { recorder, settle } = await instrumented();
    const critic = new Agent({ name: "critic", model: scripted([]) });
    const onHandoff = async () => {
      throw new RangeError("nobody is there");
    };
    const author = new Agent({
      name: "author",
      model: scripted([[handTo("critic")]]),
      handoffs: [handoff(critic, { onHandoff })],
    });
    await expect(run(author, "hi")).rejects.toThrow("nobody is there");
    await settle();
    expect(recorder.of("handoff_completed").map(({ data }) => [data.fromAgent, data.toAgent, data.outcome])).toEqual([
      ["author", "unknown", "failure"],
    ]);
    expect(recorder.of("error_raised")).toHaveLength(1);
  });

  test("is made once where the model asked for several", async () => {
    const { recorder, settle } = await instrumented();
    await run(pair([[handTo("critic"), handTo("critic")]], [[say("fine")]]), "hi");
    await settle();
    expect(recorder.of("handoff_completed").map(({ data }) => data.outcome)).toEqual(["success"]);
    expect(recorder.of("error_raised")).toEqual([]);
  });

  test("is given up where the run ends before the receiver begins", async () => {
    const { recorder, settle } = await instrumented();
    const endless = pair([[handTo("critic")]], [[say("fine")]]);
    await expect(run(endless, "hi", { maxTurns: 1 })).rejects.toThrow("Max turns");
    await settle();
    expect(recorder.of("handoff_started")).toHaveLength(1);
    expect(recorder.of("handoff_completed")[0]?.data.outcome).not.toBe("success");
  });
});

describe("a tool", () => {
  test("keeps its arguments to itself: equal ones have an equal hash", async () => {
    const { recorder, settle } = await instrumented();
    const inputs = ["secret one", "secret one", "secret two"];
    const calls = inputs.map((text) => call("grep", { text }));
    await run(new Agent({ name: "author", model: scripted([calls, [say("done")]]), tools: [grep] }), "hi");
    await settle();
    const hashes = recorder.of("tool_called").map(({ data }) => data.argumentsHash);
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
    expect(JSON.stringify(recorder.events)).not.toContain("secret");
  });

  test("of an MCP server says so, and so does asking the server for its tools", async () => {
    const { recorder, settle } = await instrumented();
    const server: MCPServer = {
      name: "files",
      cacheToolsList: false,
      connect: async () => undefined,
      close: async () => undefined,
      invalidateToolsCache: async () => undefined,
      listTools: async () => [
        { name: "read", inputSchema: { type: "object", properties: {}, required: [], additionalProperties: false } },
      ],
      callTool: async () => [{ type: "text", text: "content" }],
    };
    await run(new Agent({ name: "author", model: scripted([[call("read")], [say("done")]]), mcpServers: [server] }), "hi");
    await settle();
    const calls = recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool, data.toolType]);
    expect(calls).toContainEqual(["author", "read", "mcp"]);
    expect(calls).toContainEqual(["author", "list_tools", "mcp"]);
  });

  test("that is an agent has that agent's run inside of it", async () => {
    const spans = rememberSpans();
    const { recorder, settle } = await instrumented({ crowsnest: { traces: true } });
    const expert = new Agent({ name: "expert", model: scripted([[say("42")]]) });
    const tools = [expert.asTool({ toolName: "ask_expert", toolDescription: "Asks." })];
    await run(new Agent({ name: "author", model: scripted([[call("ask_expert", { input: "?" })], [say("done")]]), tools }), "hi");
    await settle();
    expect((await spans.lineOf("invoke_agent expert")).slice(0, 3)).toEqual([
      "invoke_agent expert",
      "execute_tool ask_expert",
      "invoke_agent author",
    ]);
    expect(recorder.of("workflow_started")).toHaveLength(1);
  });
});

describe("calls of Crowsnest inside of a tool", () => {
  test("nest under the tool's span, and runs inside of them under theirs", async () => {
    const spans = rememberSpans();
    const { crowsnest, recorder, settle } = await instrumented({ crowsnest: { traces: true } });
    const expert = new Agent({ name: "expert", model: scripted([[call("grep", { text: "x" })], [say("42")]]), tools: [grep] });
    const decide = tool({
      name: "decide",
      description: "Decides with an expert's help.",
      parameters: z.object({}),
      execute: () =>
        crowsnest.decision({ type: "approval" }, async (decision) => {
          await run(expert, "?");
          crowsnest.emit({ type: "measurement_recorded", data: { name: "answers", value: 1, unit: "answers" } });
          return decision.choose("yes");
        }),
    });
    const author = new Agent({ name: "author", model: scripted([[call("decide")], [say("done")]]), tools: [decide] });
    await crowsnest.workflow({ name: "release" }, () => run(author, "hi"));
    await settle();
    expect(await spans.lineOf("execute_tool grep")).toEqual([
      "execute_tool grep",
      "invoke_agent expert",
      "decision approval",
      "execute_tool decide",
      "invoke_agent author",
      "invoke_workflow release",
    ]);
    // Whose decision it was is known from the run around the tool; after the expert's run it still is.
    expect(recorder.of("decision_made")[0]?.agent).toBe("author");
    expect(recorder.of("measurement_recorded")[0]).toMatchObject({
      agent: "author",
      spanId: recorder.of("decision_made")[0]?.spanId,
    });
  });

  test("nest under the trace, too, where only that is open", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    await withTrace("night shift", async () => {
      await crowsnest.task({ id: "T-1", agent: "author", type: "write" }, () =>
        run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi"),
      );
    });
    await settle();
    const [workflow] = recorder.of("workflow_started");
    expect(workflow?.data.name).toBe("night shift");
    expect(recorder.of("task_completed")[0]?.workflowId).toBe(workflow?.workflowId);
    expect(recorder.of("agent_completed")[0]).toMatchObject({ taskId: "T-1", workflowId: workflow?.workflowId });
  });
});
