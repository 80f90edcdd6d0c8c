import { context, logs, propagation, type Tracer, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { NoopSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace";
import { contextIsCarried } from "./context-carried.ts";
import { createExportProcessor } from "./export-processor.ts";
import { TRACER_NAME } from "./semconv.ts";
import type { TracingOptions, TracingWatcher } from "./tracing.ts";

interface Sdk {
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the OpenTelemetry SDK for traces, and for logs and metrics only where their own variables ask for it. */
export function startSdk(options: TracingOptions, watcher: TracingWatcher): Sdk {
  const processors = spanProcessors(options, watcher);
  const sdk = new NodeSDK({
    ...exporting(options, processors),
    ...(process.env.OTEL_LOGS_EXPORTER === undefined ? { logRecordProcessors: [] } : {}),
    ...(process.env.OTEL_METRICS_EXPORTER === undefined ? { metricReaders: [] } : {}),
  });
  sdk.start();
  return closable(processors, () => shutDown(sdk));
}

/** The same for traces alone, and without a trace of it in what the API hands out: for nobody but the holder of the tracer. */
export function startPrivateSdk(options: TracingOptions, watcher: TracingWatcher): Sdk & { readonly tracer: Tracer } {
  const processors = spanProcessors(options, watcher);
  const alone = { textMapPropagator: null, logRecordProcessors: [], metricReaders: [] };
  const sdk = new NodeSDK({ ...exporting(options, processors), ...alone });
  const wasCarried = contextIsCarried();
  sdk.start();
  const tracer = trace.getTracer(TRACER_NAME, options.version);
  trace.disable();
  logs.disable();
  if (!wasCarried) context.disable();
  return { ...closable(processors, () => sdk.shutdown()), tracer };
}

function exporting(options: TracingOptions, processors: SpanProcessor[] | undefined) {
  return {
    serviceName: process.env.OTEL_SERVICE_NAME ?? serviceFromAttributes() ?? options.service,
    ...(processors === undefined ? {} : { spanProcessors: processors }),
  };
}

function closable(processors: SpanProcessor[] | undefined, shutDownSdk: () => Promise<void>): Sdk {
  let closing: Promise<void> | undefined;
  return {
    async flush() {
      await Promise.all((processors ?? []).map((processor) => processor.forceFlush()));
    },
    close() {
      closing ??= shutDownSdk();
      return closing;
    },
  };
}

/** Undefined leaves the choice to the SDK, where a variable asks for another exporter than OTLP. */
function spanProcessors(options: TracingOptions, watcher: TracingWatcher): SpanProcessor[] | undefined {
  const exporters = process.env.OTEL_TRACES_EXPORTER;
  if (exporters === "none" || (!options.exportSpans && exporters === undefined)) return [new NoopSpanProcessor()];
  return exporters === undefined || exporters === "otlp" ? [createExportProcessor(watcher, options.collector)] : undefined;
}

async function shutDown(sdk: NodeSDK): Promise<void> {
  try {
    await sdk.shutdown();
  } finally {
    // Ours to register, so ours to take back: whoever starts the next SDK in this process finds the place free.
    trace.disable();
    context.disable();
    propagation.disable();
  }
}

function serviceFromAttributes(): string | undefined {
  const attributes = process.env.OTEL_RESOURCE_ATTRIBUTES?.split(",") ?? [];
  return attributes.find((entry) => entry.trim().startsWith("service.name="))?.split("=")[1];
}
