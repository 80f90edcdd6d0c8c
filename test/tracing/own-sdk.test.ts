import { setTimeout as sleep } from "node:timers/promises";
import { context, propagation, trace } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { startEmbedded } from "../support/embedded.ts";
import { withEnvironment } from "../support/environment.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";

async function startTraced() {
  const receiver = await startOtlpReceiver();
  withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
  return { receiver, ...(await startEmbedded({ service: "checkout-agents", traces: true })) };
}

describe("with an SDK of its own", () => {
  test("exports spans by OTLP, named and nested as the conventions have it", async () => {
    const { crowsnest, receiver } = await startTraced();
    await crowsnest.workflow({ name: "checkout" }, () =>
      crowsnest.agentRun({ agent: "scribe" }, async () => {
        await crowsnest.modelCall({ provider: "openai", model: "gpt-5" }, async (call) => call.usage({ inputTokens: 120 }));
        await crowsnest.toolCall({ tool: "grep" }, () => sleep(1));
        await crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
      }),
    );
    expect(await crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    const spans = new Map(receiver.spans.map((span) => [span.name, span]));
    expect([...spans.keys()].sort()).toEqual([
      "chat gpt-5",
      "execute_tool grep",
      "handoff critic",
      "invoke_agent scribe",
      "invoke_workflow checkout",
    ]);
    const agent = spans.get("invoke_agent scribe");
    expect(agent?.parentSpanId).toBe(spans.get("invoke_workflow checkout")?.spanId);
    for (const name of ["chat gpt-5", "execute_tool grep", "handoff critic"])
      expect(spans.get(name)?.parentSpanId).toBe(agent?.spanId);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(agent?.resource["service.name"]).toBe("checkout-agents");
    expect(spans.get("chat gpt-5")?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.agent.name": "scribe",
    });
    expect(spans.get("handoff critic")?.attributes).toMatchObject({
      "gen_ai.agent.handoff.source.name": "scribe",
      "gen_ai.agent.handoff.target.name": "critic",
    });
  });

  test("puts the span's ids on events and on exemplars", async () => {
    const { crowsnest, recorder, receiver } = await startTraced();
    await crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
    await crowsnest.flush();
    const [span] = receiver.spans;
    expect(recorder.of("handoff_started")[0]).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId });
    const page = await fetch(`${crowsnest.url}/metrics`, { headers: { accept: "application/openmetrics-text; version=1.0.0" } });
    expect(await page.text()).toContain(`# {trace_id="${span?.traceId}",span_id="${span?.spanId}"}`);
  });

  test("continues the trace of the host's own spans, and is continued by them", async () => {
    const { crowsnest, receiver } = await startTraced();
    const host = trace.getTracer("host");
    await host.startActiveSpan("request", async (request) => {
      await crowsnest.task({ agent: "scribe", type: "write" }, () =>
        host.startActiveSpan("query", async (query) => {
          crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
          await crowsnest.toolCall({ tool: "grep" }, () => sleep(1));
          query.end();
        }),
      );
      request.end();
    });
    await crowsnest.flush();
    const parentOf = (name: string) => {
      const span = receiver.spans.find((candidate) => candidate.name === name);
      return receiver.spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name;
    };
    expect(parentOf("task write")).toBe("request");
    expect(parentOf("query")).toBe("task write");
    expect(parentOf("execute_tool grep")).toBe("query");
  });

  test("carries the W3C context into messages", async () => {
    const { crowsnest } = await startTraced();
    const headers: Record<string, string> = {};
    await crowsnest.handoff({ from: "scribe", to: "critic" }, async () => propagation.inject(context.active(), headers));
    expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test("keeps baggage that the host sets inside", async () => {
    const { crowsnest } = await startTraced();
    const seen = await crowsnest.task({ agent: "scribe", type: "write" }, () => {
      const baggage = propagation.createBaggage({ tenant: { value: "acme" } });
      return context.with(propagation.setBaggage(context.active(), baggage), () =>
        crowsnest.toolCall({ tool: "grep" }, async () => propagation.getActiveBaggage()?.getEntry("tenant")?.value),
      );
    });
    expect(seen).toBe("acme");
  });

  test("records what was thrown on the span", async () => {
    const { crowsnest, receiver } = await startTraced();
    await crowsnest
      .toolCall({ agent: "scribe", tool: "read" }, () => Promise.reject(new TypeError("no such file")))
      .catch(() => undefined);
    await crowsnest.flush();
    expect(receiver.spans[0]?.attributes).toMatchObject({ "error.type": "TypeError", "crowsnest.outcome": "failure" });
  });

  test("gives the place back when it closes, so that the next one starts anew", async () => {
    const { crowsnest } = await startTraced();
    await crowsnest.close();
    const next = await startTraced();
    await next.crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
    await next.crowsnest.flush();
    expect(next.receiver.spans).toHaveLength(1);
  });
});

describe("spans that are not exported", () => {
  test("because the queue is full are counted", async () => {
    const receiver = await startOtlpReceiver();
    withEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_MAX_QUEUE_SIZE: "100",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "100",
    });
    const { crowsnest, metric, told } = await startEmbedded({ traces: true });
    for (let call = 0; call < 1_000; call += 1) crowsnest.toolCall({ agent: "scribe", tool: "grep" }, () => call);
    await crowsnest.flush();
    const dropped = (await metric('crowsnest_spans_dropped_total{reason="queue_full"}')) ?? 0;
    expect(dropped).toBeGreaterThan(0);
    expect(receiver.spans.length + dropped).toBe(1_000);
    expect(told.join()).toContain("OTEL_BSP_MAX_QUEUE_SIZE");
  });

  test("because nobody answers are counted, and the flush says so", async () => {
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT: "300" });
    const { crowsnest, metric, told } = await startEmbedded({ traces: true });
    await crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
    const flushed = await crowsnest.flush();
    expect(told.join()).toContain("OTEL_EXPORTER_OTLP_ENDPOINT says where to");
    expect(flushed.delivered).toBe(false);
    expect(flushed.problems.join()).toContain("spans could not be exported");
    expect(await metric('crowsnest_spans_dropped_total{reason="export_failed"}')).toBe(1);
  });
});

test("a process without a collector that anybody named ends at once, rather than after seconds of trying", async () => {
  withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined });
  const { crowsnest } = await startEmbedded({ traces: true });
  await crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
  const startedAt = performance.now();
  await crowsnest.close();
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

describe("without traces", () => {
  test("OTEL_SDK_DISABLED and OTEL_TRACES_EXPORTER=none mean what they mean everywhere", async () => {
    const receiver = await startOtlpReceiver();
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: "none" });
    const quiet = await startEmbedded({ traces: true });
    await quiet.crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
    await quiet.settle();
    expect(quiet.recorder.events[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
    await quiet.crowsnest.close();
    withEnvironment({ OTEL_SDK_DISABLED: "true" });
    const disabled = await startEmbedded({ traces: true });
    await disabled.crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1));
    await disabled.settle();
    expect(disabled.recorder.events[0]?.traceId).toBeUndefined();
    expect(disabled.recorder.types).toEqual(["handoff_started", "handoff_completed"]);
    expect(receiver.spans).toEqual([]);
  });
});
