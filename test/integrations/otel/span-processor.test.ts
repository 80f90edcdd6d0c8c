import { OpenTelemetry } from "@ai-sdk/otel";
import { context, propagation, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { generateText, isStepCount, registerTelemetry, ToolLoopAgent, tool } from "ai";
import { type AgentSpanProcessor, createSpanProcessor } from "crowsnest/otel";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { attach } from "../../../src/integrations/ai-sdk/attach.ts";
import { CrowsnestTelemetry } from "../../../src/integrations/ai-sdk/telemetry.ts";
import { type Embedded, startEmbedded } from "../../support/embedded.ts";
import { until } from "../../support/until.ts";
import { call, say, scripted } from "../ai-sdk/scripted-model.ts";

/** An SDK that nobody has registered, with the processor in it. */
function tracerOf(processor: AgentSpanProcessor): Tracer {
  return new TracerProvider({ spanProcessors: [processor] }).getTracer("app");
}

async function withProcessor(): Promise<Embedded & { readonly processor: AgentSpanProcessor; readonly tracer: Tracer }> {
  const embedded = await startEmbedded();
  const processor = createSpanProcessor(embedded.crowsnest);
  onTestFinished(() => processor.shutdown());
  return { ...embedded, processor, tracer: tracerOf(processor) };
}

/** A team on the AI SDK with its own OpenTelemetry integration, in a host with an SDK. */
async function runTeam(processor: AgentSpanProcessor): Promise<void> {
  const sdk = new NodeSDK({ spanProcessors: [processor], metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  registerTelemetry(new OpenTelemetry());
  onTestFinished(async () => {
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
    await sdk.shutdown();
    for (const api of [trace, context, propagation]) api.disable();
  });
  const expert = new ToolLoopAgent({ model: scripted([[say("42")]]), telemetry: { functionId: "expert" } });
  const ask = tool({ inputSchema: z.object({}), execute: async () => (await expert.generate({ prompt: "?" })).text });
  const model = scripted([[call("ask")], [say("done")]], { usage: { input: 100, output: 40 } });
  const telemetry = { functionId: "author" };
  await generateText({ model, tools: { ask }, prompt: "hi", stopWhen: isStepCount(3), telemetry });
}

describe("a span processor in the host's SDK", () => {
  test("tells what a real instrumentation's spans say: agents, calls with tokens, tools, handoffs", async () => {
    const { processor, recorder, settle, metric } = await withProcessor();
    await runTeam(processor);
    await processor.forceFlush();
    await settle();
    expect(recorder.of("model_called").map(({ agent, source }) => [agent, source])).toEqual([
      ["author", "test"],
      ["expert", "test"],
      ["author", "test"],
    ]);
    expect(recorder.of("agent_completed").map(({ agent }) => agent)).toEqual(["expert", "author"]);
    expect(recorder.of("tool_called").map(({ data }) => data.tool)).toEqual(["ask"]);
    expect(recorder.of("handoff_completed").map(({ data }) => [data.fromAgent, data.toAgent])).toEqual([["author", "expert"]]);
    const labels = 'service="test",agent="author",provider="openai",model="gpt-5",token_type="input"';
    expect(await metric(`agent_model_tokens_total{${labels}}`)).toBe(200);
  });

  test("tells nothing that an integration of the same process tells", async () => {
    const { crowsnest, processor, recorder, settle } = await withProcessor();
    onTestFinished(attach(new CrowsnestTelemetry(crowsnest, {})));
    await runTeam(processor);
    await processor.shutdown();
    await settle();
    expect(recorder.of("model_called")).toHaveLength(3);
    expect(recorder.of("agent_completed")).toHaveLength(2);
  });

  test("does not count spans that Crowsnest made itself", async () => {
    const embedded = await startEmbedded();
    const processor = createSpanProcessor(embedded.crowsnest);
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
    onTestFinished(() => trace.disable());
    const { crowsnest, recorder, settle } = await startEmbedded({ traces: true });
    await crowsnest.agentRun({ agent: "author" }, () => crowsnest.toolCall({ tool: "grep" }, async () => undefined));
    await processor.shutdown();
    await Promise.all([settle(), embedded.settle()]);
    expect(recorder.types).toContain("tool_called");
    expect(embedded.recorder.events).toEqual([]);
  });

  test("a failing span is an error with what it recorded, told once", async () => {
    const { tracer, recorder, settle, processor } = await withProcessor();
    const span = tracer.startSpan("execute_tool grep", {
      attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "grep", "gen_ai.agent.name": "author" },
    });
    span.recordException(new RangeError("no such line"));
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await processor.forceFlush();
    await settle();
    expect(recorder.of("tool_called")[0]).toMatchObject({
      agent: "author",
      data: { outcome: "failure", errorType: "RangeError", errorMessage: "no such line" },
    });
    expect(recorder.of("error_raised")).toHaveLength(1);
  });

  test("reads spans by itself once the turn is over, and as they come where thousands end in one", async () => {
    const { tracer, recorder, settle } = await withProcessor();
    const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "grep", "gen_ai.agent.name": "author" };
    for (let count = 0; count < 3_000; count += 1) tracer.startSpan("execute_tool grep", { attributes }).end();
    tracer.startSpan("GET /", { attributes: { "http.request.method": "GET" } }).end();
    await until("every call", async () => {
      await settle();
      return recorder.of("tool_called").length === 3_000 || undefined;
    });
    expect(recorder.events).toHaveLength(3_000);
  });

  test("a call that waits for its agent is told at the latest when the SDK is shut down", async () => {
    const { tracer, recorder, settle, processor } = await withProcessor();
    const parent = trace.setSpan(context.active(), tracer.startSpan("request"));
    const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5" };
    tracer.startSpan("chat gpt-5", { attributes }, parent).end();
    await processor.forceFlush();
    await settle();
    expect(recorder.events).toEqual([]);
    await processor.shutdown();
    await settle();
    expect(recorder.types).toEqual(["model_called"]);
  });

  test("spans of the SDK's first version are read by their older names, and what is none breaks nothing", async () => {
    const { recorder, settle, processor, metric } = await withProcessor();
    const old = {
      name: "execute_tool grep",
      spanContext: () => ({ traceId: "1".repeat(32), spanId: "2".repeat(16) }),
      parentSpanId: "3".repeat(16),
      startTime: [1_700_000_000, 0] as const,
      endTime: [1_700_000_001, 500_000_000] as const,
      status: { code: 0 },
      attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "grep", "gen_ai.agent.name": "author" },
      events: [],
      resource: { attributes: { "service.name": "host" } },
      instrumentationLibrary: { name: "old" },
    };
    processor.onEnd(old);
    processor.onEnd({} as never);
    await processor.forceFlush();
    await settle();
    expect(recorder.of("tool_called")[0]?.data.durationSeconds).toBe(1.5);
    expect(recorder.of("failure_recorded")[0]?.data.component).toBe("crowsnest/otel");
    expect(await metric('agent_tool_calls_total{service="test",agent="author",tool="grep",outcome="success"}')).toBe(1);
  });

  test("what is no Crowsnest is refused by name", () => {
    expect(() => createSpanProcessor({} as never)).toThrow("createCrowsnest");
  });
});
