import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, onTestFinished, test } from "vitest";
import { ProbedExporter } from "../../src/tracing/probed-exporter.ts";
import { freePort } from "../support/free-port.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";

function exportTo(port: number) {
  const exporter = new ProbedExporter(new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` }), port);
  onTestFinished(() => exporter.shutdown());
  return () => new Promise<ExportResult>((resolve) => exporter.export([endedSpan()], resolve));
}

function endedSpan(): ReadableSpan {
  const ended = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: ended })] });
  provider.getTracer("test").startSpan("handoff critic").end();
  return ended.getFinishedSpans()[0] as ReadableSpan;
}

test("where nobody listens, spans are given up at once and the reason is in words", async () => {
  const port = await freePort();
  const startedAt = performance.now();
  const { code, error } = await exportTo(port)();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(code).toBe(ExportResultCode.FAILED);
  expect(error?.name).toBe(`nothing listens on port ${port} of this machine`);
});

test("spans are exported as soon as somebody listens", async () => {
  const port = await freePort();
  const send = exportTo(port);
  expect((await send()).code).toBe(ExportResultCode.FAILED);
  const receiver = await startOtlpReceiver(port);
  expect((await send()).code).toBe(ExportResultCode.SUCCESS);
  expect(receiver.spans.map(({ name }) => name)).toEqual(["handoff critic"]);
});
