import { setTimeout as sleep } from "node:timers/promises";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, onTestFinished, test } from "vitest";
import { startEmbedded } from "../support/embedded.ts";

function registerHostSdk(withContextManager: boolean): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  if (withContextManager) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  onTestFinished(() => {
    trace.disable();
    context.disable();
  });
  return exporter;
}

test("an SDK that the host has registered makes the spans, and stays when Crowsnest closes", async () => {
  const exporter = registerHostSdk(true);
  const { crowsnest } = await startEmbedded({ traces: true });
  await crowsnest.task({ agent: "scribe", type: "write" }, () =>
    crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1)),
  );
  await crowsnest.close();
  const [handoff, task] = exporter.getFinishedSpans();
  expect([handoff?.name, task?.name]).toEqual(["handoff critic", "task write"]);
  expect(handoff?.parentSpanContext?.spanId).toBe(task?.spanContext().spanId);
  trace.getTracer("host").startSpan("afterwards").end();
  expect(exporter.getFinishedSpans()).toHaveLength(3);
});

test("ids follow also where the host's SDK carries no context", async () => {
  registerHostSdk(false);
  const { crowsnest, recorder, settle } = await startEmbedded({ traces: true });
  await crowsnest.task({ id: "T-1", agent: "scribe", type: "write" }, async () => {
    await sleep(1);
    await crowsnest.toolCall({ tool: "grep" }, () => sleep(1));
  });
  await settle();
  expect(recorder.of("tool_called")[0]).toMatchObject({ taskId: "T-1", agent: "scribe" });
});
