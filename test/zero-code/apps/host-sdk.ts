import { Agent, run, setTraceProcessors } from "@openai/agents";
import { propagation, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { say, scripted } from "../../integrations/scripted-model.ts";

// An app with an OpenTelemetry SDK of its own, which it starts as everybody does: first thing in its own code.
const exporter = new InMemorySpanExporter();
const processor = new SimpleSpanProcessor({ exporter });
const sdk = new NodeSDK({
  serviceName: "host",
  spanProcessors: [processor],
  metricReaders: [],
  logRecordProcessors: [],
});
if (process.argv[2] !== "late") sdk.start();
setTraceProcessors([]);
const author = new Agent({ name: "author", model: scripted([[say("good")], [say("good")]]) });
if (process.argv[2] === "late") {
  await run(author, "write");
  sdk.start();
}
await trace.getTracer("app").startActiveSpan("request", async (span) => {
  await run(author, "write");
  span.end();
});
await processor.forceFlush();
const spans = exporter.getFinishedSpans().map((span) => ({
  name: span.name,
  scope: span.instrumentationScope.name,
  id: span.spanContext().spanId,
  parent: span.parentSpanContext?.spanId,
}));
console.log(JSON.stringify({ spans, fields: propagation.fields() }));
