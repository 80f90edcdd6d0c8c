import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../../src/integrations/spans/span.ts";
import { inside, span, tell } from "./span-tree.ts";

interface Written {
  readonly agent: [name: string, attributes: Record<string, AttributeValue>];
  readonly model: [name: string, attributes: Record<string, AttributeValue>];
  readonly tool: [name: string, attributes: Record<string, AttributeValue>];
  readonly scope?: string;
}

/** The same run (an agent that calls a model and a tool) as each dialect writes it down. */
const dialects: Record<string, Written> = {
  "OpenTelemetry GenAI": {
    agent: ["invoke_agent scribe", { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "scribe" }],
    model: [
      "chat gpt-5",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
      },
    ],
    tool: ["execute_tool search", { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" }],
  },
  "OpenTelemetry GenAI, as it was": {
    agent: ["invoke_agent scribe", { "gen_ai.operation.name": "invoke_agent" }],
    model: [
      "openai.chat",
      {
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.prompt_tokens": 100,
        "gen_ai.usage.completion_tokens": 20,
        "gen_ai.usage.cache_read_input_tokens": 60,
        "gen_ai.usage.reasoning_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
      },
    ],
    tool: ["execute_tool search", { "gen_ai.operation.name": "execute_tool" }],
  },
  OpenInference: {
    agent: ["Agent run", { "openinference.span.kind": "AGENT", "agent.name": "scribe" }],
    model: [
      "ChatCompletion",
      {
        "openinference.span.kind": "LLM",
        "llm.provider": "openai",
        "llm.model_name": "gpt-5",
        "llm.token_count.prompt": 100,
        "llm.token_count.completion": 20,
        "llm.token_count.prompt_details.cache_read": 60,
        "llm.token_count.completion_details.reasoning": 5,
        "llm.finish_reason": "stop",
      },
    ],
    tool: ["search", { "openinference.span.kind": "TOOL", "tool.name": "search" }],
  },
  OpenLLMetry: {
    agent: ["scribe.agent", { "traceloop.span.kind": "agent", "traceloop.entity.name": "scribe" }],
    model: [
      "openai.chat",
      {
        "llm.request.type": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.prompt_tokens": 100,
        "gen_ai.usage.completion_tokens": 20,
        "llm.usage.total_tokens": 120,
        "gen_ai.usage.cache_read_input_tokens": 60,
        "gen_ai.usage.reasoning_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
      },
    ],
    tool: ["search.tool", { "traceloop.span.kind": "tool", "traceloop.entity.name": "search" }],
  },
  "AI SDK before 7": {
    agent: ["ai.generateText scribe", { "ai.operationId": "ai.generateText", "ai.telemetry.functionId": "scribe" }],
    model: [
      "ai.generateText.doGenerate scribe",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "openai",
        "ai.model.id": "gpt-5",
        "ai.usage.promptTokens": 100,
        "ai.usage.completionTokens": 20,
        "ai.usage.cachedInputTokens": 60,
        "ai.usage.reasoningTokens": 5,
        "ai.response.finishReason": "stop",
      },
    ],
    tool: ["ai.toolCall", { "ai.operationId": "ai.toolCall", "ai.toolCall.name": "search" }],
  },
  "Google ADK": {
    agent: ["agent_run [scribe]", {}],
    model: [
      "call_llm",
      {
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.response.finish_reasons": ["stop"],
      },
    ],
    tool: ["execute_tool search", { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" }],
    scope: "gcp.vertex.agent",
  },
};

describe.each(Object.entries(dialects))("%s", (_dialect, { agent, model, tool, scope }) => {
  const more = scope === undefined ? {} : { scope };
  const run = span(...agent, more);
  const call = inside(run, span(...model, more));
  const use = inside(run, span(...tool, more));
  const told = tell([call, use, run]);

  test("an agent's run begins and ends", () => {
    expect(told.of("agent_started")).toMatchObject([{ agent: "scribe", source: "py", timeUnixMillis: run.startUnixMillis }]);
    expect(told.of("agent_completed")).toMatchObject([
      { agent: "scribe", timeUnixMillis: run.endUnixMillis, data: { outcome: "success", durationSeconds: 2 } },
    ]);
  });

  test("a model's call is the agent's, with tokens by kind, and says how full the context is", () => {
    const data = {
      provider: "openai",
      model: "gpt-5",
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 60,
      reasoningTokens: 5,
      finishReason: "stop",
      outcome: "success",
    };
    expect(told.of("model_called")).toMatchObject([{ agent: "scribe", spanId: call.spanId, traceId: call.traceId, data }]);
    expect(told.of("context_updated")).toMatchObject([{ agent: "scribe", data: { tokens: 120 } }]);
  });

  test("a tool's call is the agent's", () => {
    expect(told.of("tool_called")).toMatchObject([{ agent: "scribe", data: { tool: "search", outcome: "success" } }]);
    expect(told.events).toHaveLength(5);
  });
});

describe("other things that dialects tell", () => {
  test.each<[string, ReturnType<typeof span>, string]>([
    ["GenAI", span("invoke_workflow checkout", { "gen_ai.operation.name": "invoke_workflow" }), "checkout"],
    [
      "OpenLLMetry",
      span("checkout.workflow", { "traceloop.span.kind": "workflow", "traceloop.entity.name": "checkout" }),
      "checkout",
    ],
    ["CrewAI by OpenInference", span("checkout.kickoff", { "openinference.span.kind": "CHAIN" }), "checkout"],
    ["Microsoft", span("workflow.run", { "workflow.id": "w-1", "workflow.name": "checkout" }), "checkout"],
  ])("a workflow of %s", (_dialect, workflow, name) => {
    const agent = inside(workflow, span("invoke_agent a", { "gen_ai.operation.name": "invoke_agent" }));
    const told = tell([agent, workflow]);
    expect(told.of("workflow_started")).toMatchObject([{ workflowId: workflow.spanId, data: { name } }]);
    expect(told.of("workflow_completed")).toMatchObject([{ data: { name, durationSeconds: 2 } }]);
    expect(told.of("agent_started")).toMatchObject([{ workflowId: workflow.spanId }]);
    expect(tell([{ ...workflow, failed: true }]).of("workflow_failed")).toMatchObject([{ data: { name, outcome: "failure" } }]);
  });

  test("the AI SDK's loop repeats its calls' tokens, and does not count them", () => {
    const loop = span("ai.generateText", { "ai.operationId": "ai.generateText", "ai.usage.promptTokens": 300 });
    expect(tell([loop]).types).toEqual([]);
  });

  test("ADK's own model span around another library's counts once", () => {
    const usage = { "gen_ai.request.model": "gemini-3", "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2 };
    const outer = span("call_llm", { "gen_ai.system": "gcp.vertex.agent", ...usage }, { scope: "gcp.vertex.agent" });
    const inner = inside(outer, span("generate_content gemini-3", { "gen_ai.operation.name": "generate_content", ...usage }));
    expect(
      tell([inner, outer])
        .of("model_called")
        .map(({ spanId }) => spanId),
    ).toEqual([outer.spanId]);
    const bare = { ...outer, attributes: new Map([["gen_ai.system", "gcp.vertex.agent"]]) };
    expect(
      tell([inner, bare])
        .of("model_called")
        .map(({ spanId }) => spanId),
    ).toEqual([inner.spanId]);
  });

  test("an agent that is made makes itself known", () => {
    const made = span("create_agent scribe", { "gen_ai.operation.name": "create_agent", "gen_ai.request.model": "gpt-5" });
    expect(tell([made]).events).toMatchObject([{ type: "agent_registered", agent: "scribe", data: { model: "gpt-5" } }]);
  });

  test("what is embedded counts as a call and does not fill the context", () => {
    const embed = span("embeddings e-3", { "gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 9 });
    expect(tell([embed]).types).toEqual(["model_called"]);
  });

  test("costs count where the sender says them", () => {
    const call = span("llm", { "openinference.span.kind": "LLM", "llm.model_name": "m", "llm.cost.total": 0.25 });
    expect(tell([call]).of("model_called")[0]?.data.costUsd).toBe(0.25);
  });

  test("spans of anything else pass by", () => {
    expect(
      tell([span("GET /", { "http.request.method": "GET" }), span("step 1", { "gen_ai.operation.name": "step" })]).types,
    ).toEqual([]);
  });
});
