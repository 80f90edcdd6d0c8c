import { trace } from "@opentelemetry/api";
import { hostHasSdk } from "./host-sdk.ts";
import { TRACER_NAME } from "./semconv.ts";
import type { Tracing, TracingOptions, TracingWatcher } from "./tracing.ts";

/**
 * Gives a tracer: the host's where it has registered an OpenTelemetry SDK, else one of our own with W3C context and an OTLP
 * exporter. Every `OTEL_*` variable means what it means everywhere, `OTEL_SDK_DISABLED` included. The SDK is loaded only here.
 */
export async function startTracing(options: TracingOptions, watcher: TracingWatcher): Promise<Tracing> {
  if (hostHasSdk()) {
    const tracer = trace.getTracer(TRACER_NAME, options.version);
    return { tracer, owner: "host", flush: async () => undefined, close: async () => undefined };
  }
  if (options.beforeHost) return (await import("./late-tracing.ts")).startLateTracing(options, watcher);
  const { startSdk } = await import("./sdk.ts");
  const sdk = startSdk(options, watcher);
  return { tracer: trace.getTracer(TRACER_NAME, options.version), owner: "crowsnest", ...sdk };
}
