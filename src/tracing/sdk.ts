import { context, propagation, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { NoopSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace";
import { createExportProcessor } from "./export-processor.ts";
import type { TracingOptions, TracingWatcher } from "./start-tracing.ts";

/** Starts the OpenTelemetry SDK for traces, and for logs and metrics only where their own variables ask for it. */
export function startSdk(options: TracingOptions, watcher: TracingWatcher): { flush(): Promise<void>; close(): Promise<void> } {
  const processors = spanProcessors(options, watcher);
  const sdk = new NodeSDK({
    serviceName: process.env.OTEL_SERVICE_NAME ?? serviceFromAttributes() ?? options.service,
    ...(processors === undefined ? {} : { spanProcessors: processors }),
    ...(process.env.OTEL_LOGS_EXPORTER === undefined ? { logRecordProcessors: [] } : {}),
    ...(process.env.OTEL_METRICS_EXPORTER === undefined ? { metricReaders: [] } : {}),
  });
  sdk.start();
  let closing: Promise<void> | undefined;
  return {
    async flush() {
      await Promise.all((processors ?? []).map((processor) => processor.forceFlush()));
    },
    close() {
      closing ??= shutDown(sdk);
      return closing;
    },
  };
}

/** Undefined leaves the choice to the SDK, where a variable asks for another exporter than OTLP. */
function spanProcessors(options: TracingOptions, watcher: TracingWatcher): SpanProcessor[] | undefined {
  const exporters = process.env.OTEL_TRACES_EXPORTER;
  if (exporters === "none" || (!options.exportSpans && exporters === undefined)) return [new NoopSpanProcessor()];
  return exporters === undefined || exporters === "otlp" ? [createExportProcessor(watcher)] : undefined;
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
