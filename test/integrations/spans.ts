import { type Attributes, context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { onTestFinished } from "vitest";

export interface RememberedSpans {
  /** Everything that stands on any span. */
  text(): Promise<string>;
  /** The names of the span and of everything around it, innermost first. */
  lineOf(name: string): Promise<string[]>;
  /** All spans of that name, in the order in which they ended. */
  named(name: string): Promise<{ readonly kind: string; readonly attributes: Attributes; readonly traceId: string }[]>;
}

/** An OpenTelemetry SDK of the host's, as Crowsnest finds it in place, that remembers the spans which ended. */
export function rememberSpans(): RememberedSpans {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter });
  const sdk = new NodeSDK({ spanProcessors: [processor], metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  onTestFinished(async () => {
    await sdk.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  });
  return {
    async text() {
      await processor.forceFlush();
      const spans = exporter.getFinishedSpans();
      return JSON.stringify(spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })));
    },
    async lineOf(name) {
      await processor.forceFlush();
      const spans = new Map(exporter.getFinishedSpans().map((span) => [span.spanContext().spanId, span]));
      const line: string[] = [];
      let span: ReadableSpan | undefined = [...spans.values()].find((candidate) => candidate.name === name);
      for (; span !== undefined; span = spans.get(span.parentSpanContext?.spanId ?? "")) line.push(span.name);
      return line;
    },
    async named(name) {
      await processor.forceFlush();
      const spans = exporter.getFinishedSpans().filter((span) => span.name === name);
      return spans.map((span) => ({
        kind: SpanKind[span.kind],
        attributes: span.attributes,
        traceId: span.spanContext().traceId,
      }));
    },
  };
}
