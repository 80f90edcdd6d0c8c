import { OpenTelemetry } from "@ai-sdk/otel";
import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import {
  embedMany,
  generateText,
  isStepCount,
  registerTelemetry,
  streamText,
  type TelemetryOptions,
  ToolLoopAgent,
  tool,
} from "ai";
import { MockEmbeddingModelV4 } from "ai/test";
import { createTelemetry } from "crowsnest/ai-sdk";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openReader } from "../../../src/store/open-store.ts";
import { startTestHub } from "../../support/hub.ts";
import { Recorder } from "../../support/recorder.ts";
import { until } from "../../support/until.ts";
import { instrumented } from "./instrumented.ts";
import { call, say, scripted } from "./scripted-model.ts";

const SERVICE = "writers";

/** The SDK's own OpenTelemetry integration, as its users set it up, sending to the hub; resolves with how to send what has ended. */
function exportTo(url: string): () => Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  const processor = new BatchSpanProcessor({ exporter });
  const sdk = new NodeSDK({ serviceName: SERVICE, spanProcessors: [processor], metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  registerTelemetry(new OpenTelemetry({ usage: true }));
  onTestFinished(async () => {
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
    await sdk.shutdown();
    for (const api of [trace, context, propagation, metrics]) api.disable();
  });
  return () => processor.forceFlush();
}

/** A writer that greps, asks an expert by a tool, and streams; a librarian that embeds; a tool and a model that fail. */
async function work(): Promise<void> {
  const usage = { input: 100, output: 40, cacheRead: 30, cacheWrite: 20, reasoning: 10 };
  const grep = tool({ description: "Finds.", inputSchema: z.object({ text: z.string() }), execute: async () => "found" });
  const patch = tool({
    description: "Fails.",
    inputSchema: z.object({}),
    execute: async (): Promise<string> => {
      throw new RangeError("no such line");
    },
  });
  const embedder = new MockEmbeddingModelV4({
    provider: "openai.embedding",
    modelId: "embed-3",
    maxEmbeddingsPerCall: 2,
    supportsParallelCalls: true,
    doEmbed: async ({ values }) => ({ embeddings: values.map(() => [0]), usage: { tokens: 4 * values.length }, warnings: [] }),
  });
  const expert = new ToolLoopAgent({
    model: scripted([[call("remember")], [say("42")]], { provider: "anthropic.messages", name: "claude-5", usage }),
    tools: {
      remember: tool({
        description: "Looks up.",
        inputSchema: z.object({}),
        execute: async () => (await embedMany({ model: embedder, values: ["a", "b", "c"] })).embeddings.length,
      }),
    },
    telemetry: { functionId: "expert" },
  });
  const ask = tool({
    description: "Asks.",
    inputSchema: z.object({}),
    execute: async () => (await expert.generate({ prompt: "?" })).text,
  });
  const script = [[call("grep", { text: "a" }), call("patch")], [call("ask")], [say("done")]];
  const telemetry = { functionId: "author" };
  const settings = { tools: { grep, ask, patch }, prompt: "hi", stopWhen: isStepCount(5), telemetry };
  await generateText({ ...settings, model: scripted(script, { usage }) });
  await streamText({ model: scripted([[say("a b c")]], { delayMillis: 5 }), prompt: "hi", telemetry }).consumeStream();
  const failing = scripted([new TypeError("no more room")]);
  await generateText({ model: failing, prompt: "hi", maxRetries: 0, telemetry }).catch(() => undefined);
}

interface Kept {
  readonly url: string;
  /** What the hub has kept so far. */
  read(): Promise<Recorder>;
}

/** A hub that keeps its spans to itself, so that those of the SDK are alone in this process. */
async function startKeeper(): Promise<Kept> {
  const { hub, data } = await startTestHub({ traces: false });
  return {
    url: hub.url,
    async read() {
      const reader = openReader(data);
      const recorder = new Recorder();
      await recorder.write((await reader.query({ limit: 1_000 })).events);
      await reader.close();
      return recorder;
    },
  };
}

/** What counts, as `/metrics` has it. */
async function figuresOf(url: string | undefined): Promise<string[]> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const counted = /^agent_(handoffs|model_calls|model_tokens|tool_calls|errors|cost_usd)_total\{/;
  const lines = page.split("\n").filter((line) => counted.test(line) && !line.endsWith(" 0"));
  return lines.toSorted();
}

describe("the SDK's own OpenTelemetry integration, sending to a hub,", () => {
  test("gives the agents, handoffs, tool calls and model calls with tokens that our own gives", async () => {
    const own = await instrumented({}, { service: SERVICE });
    await work();
    await own.settle();
    const expected = await figuresOf(own.crowsnest.url);
    expect(expected.join("\n")).toContain('agent_handoffs_total{service="writers",from_agent="author",to_agent="expert"');
    expect(expected.join("\n")).toContain('model="claude-5",token_type="reasoning"} 20');
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];

    const keeper = await startKeeper();
    const flush = exportTo(keeper.url);
    await work();
    await flush();
    const recorder = await until("the last run", async () => {
      const kept = await keeper.read();
      return kept.of("error_raised").length === 2 ? kept : undefined;
    });
    expect(await figuresOf(keeper.url)).toEqual(expected);
    // What is kept is the same, too, but for when an agent began.
    const kept = (of: Recorder) => of.types.filter((type) => type !== "handoff_started").toSorted();
    expect(kept(recorder)).toEqual(kept(own.recorder));
    const streamed = recorder.of("model_called").flatMap(({ data }) => data.timeToFirstTokenSeconds ?? []);
    expect(streamed).toHaveLength(1);
    expect(recorder.of("handoff_completed")[0]?.data.inferred).toBe(true);
  });

  test("counts a run without a name to the agent around it, and to none by the model's name", async () => {
    const keeper = await startKeeper();
    const flush = exportTo(keeper.url);
    const model = scripted([[call("ask")], [say("inside")], [say("done")]]);
    const ask = tool({
      description: "Asks.",
      inputSchema: z.object({}),
      execute: async () => (await generateText({ model, prompt: "?" })).text,
    });
    const telemetry = { functionId: "author" };
    await generateText({ model, tools: { ask }, prompt: "hi", stopWhen: isStepCount(5), telemetry });
    await flush();
    const recorder = await until("the run", async () => {
      const kept = await keeper.read();
      return kept.of("agent_completed").length > 0 ? kept : undefined;
    });
    expect(recorder.of("model_called").map(({ agent }) => agent)).toEqual(["author", "author", "author"]);
    expect(recorder.of("agent_completed").map(({ agent }) => agent)).toEqual(["author"]);
    expect(recorder.of("handoff_completed")).toEqual([]);
  });

  test("and our own in one process that sends both to a hub count nothing twice, whatever a single call names", async () => {
    const keeper = await startKeeper();
    const { crowsnest } = await instrumented({}, { traces: true, hub: keeper.url, service: SERVICE });
    registerTelemetry(new OpenTelemetry());
    onTestFinished(() => {
      globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
    });
    const ask = (functionId: string, own: TelemetryOptions = {}) =>
      generateText({ model: scripted([[say("done")]]), prompt: "hi", telemetry: { ...own, functionId } });
    await ask("author");
    await ask("critic", { integrations: [new OpenTelemetry(), createTelemetry(crowsnest)] });
    // With this, its spans have arrived as well as its events.
    await crowsnest.close();
    const kept = await keeper.read();
    const once = ["agent_completed", "agent_started", "context_updated", "model_called"];
    expect(kept.types.toSorted()).toEqual(once.flatMap((type) => [type, type]));
    expect(kept.of("agent_completed").map(({ agent }) => agent)).toEqual(["author", "critic"]);
  });
});
