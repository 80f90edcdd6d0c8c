import type { Attributes, Meter, MeterProvider } from "@opentelemetry/api";
import { createNoopMeter } from "@opentelemetry/api";
import { getNumberFromEnv, getStringFromEnv } from "@opentelemetry/core";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from "@opentelemetry/sdk-trace";
import { ProbedExporter } from "./probed-exporter.ts";
import { MarkingExporter } from "./told-spans.ts";
import type { Collector, TracingWatcher } from "./tracing.ts";

/** The SDK's own 2,048 lose most of a burst: 10,000 spans ended in one turn of the event loop left 2,560 of them. */
const MAX_QUEUE_SPANS = 16_384;

/** Where OTLP exporters send unless told otherwise (OpenTelemetry's specification of the protocol exporter). */
const DEFAULT_HTTP_PORT = 4318;
const DEFAULT_GRPC_PORT = 4317;

/** A batch processor that exports as the `OTEL_*` variables say, and whose losses are told. */
export function createExportProcessor(watcher: TracingWatcher, collector: Collector | undefined): SpanProcessor {
  return new BatchSpanProcessor({
    exporter: new MarkingExporter(createExporter(collector)),
    maxQueueSize: getNumberFromEnv("OTEL_BSP_MAX_QUEUE_SIZE") ?? MAX_QUEUE_SPANS,
    ...numberOption("scheduledDelayMillis", "OTEL_BSP_SCHEDULE_DELAY"),
    ...numberOption("exportTimeoutMillis", "OTEL_BSP_EXPORT_TIMEOUT"),
    ...numberOption("maxExportBatchSize", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
    selfObsMeterProvider: lossMeterProvider(watcher),
  });
}

function createExporter(collector: Collector | undefined): SpanExporter {
  const protocol = getStringFromEnv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? getStringFromEnv("OTEL_EXPORTER_OTLP_PROTOCOL");
  const chosen = getStringFromEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? getStringFromEnv("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (chosen === undefined && collector !== undefined) {
    return protocol === "http/json" ? new JsonExporter(collector) : new ProtobufExporter(collector);
  }
  const grpc = protocol === "grpc";
  const exporter = grpc ? new GrpcExporter() : protocol === "http/json" ? new JsonExporter() : new ProtobufExporter();
  return chosen === undefined ? new ProbedExporter(exporter, grpc ? DEFAULT_GRPC_PORT : DEFAULT_HTTP_PORT) : exporter;
}

function numberOption<Name extends string>(name: Name, variable: string): { [key in Name]?: number } {
  const value = getNumberFromEnv(variable);
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: number });
}

/**
 * The processor tells of its losses only by the SDK's own metrics (`otel.sdk.processor.span.processed` with an `error.type`),
 * so it is given a meter whose counter listens for exactly that.
 */
function lossMeterProvider(watcher: TracingWatcher): MeterProvider {
  const quiet = createNoopMeter();
  const meter: Meter = Object.assign(Object.create(quiet) as Meter, {
    createCounter: (name: string) => ({
      add(count: number, attributes: Attributes = {}) {
        const error = attributes["error.type"];
        if (name !== "otel.sdk.processor.span.processed" || error === undefined) return;
        watcher.dropped(error === "queue_full" ? "queue_full" : "export_failed", count, error);
      },
    }),
  });
  return { getMeter: () => meter };
}
