import { ProxyTracerProvider, type Tracer, trace } from "@opentelemetry/api";

export interface TracingOptions {
  /** Becomes `service.name`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` say otherwise. */
  readonly service: string;
  readonly version: string;
  /** Where spans go: by OTLP as the `OTEL_*` variables say, or nowhere (they still have ids, so exemplars and nesting work). */
  readonly exportSpans: boolean;
  /** Where spans go as long as no `OTEL_*` variable says where to. @default port 4318 of this machine, where somebody listens */
  readonly collector?: Collector | undefined;
  /**
   * Nothing of the host's own has run yet: its SDK, which it may register later, is to find its place free, and makes the spans from
   * then on. @default false
   */
  readonly beforeHost?: boolean | undefined;
}

/** What takes OTLP by HTTP. */
export interface Collector {
  readonly url: string;
  readonly headers: Record<string, string>;
}

export interface TracingWatcher {
  /** Spans that will not be exported. */
  dropped(reason: "queue_full" | "export_failed", count: number, cause?: unknown): void;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Whose SDK makes the spans: one of ours, the one that the host has registered, or whichever there is once spans begin. */
  readonly owner: "crowsnest" | "host" | "open";
  /** Exports what has ended; rejects where that fails. */
  flush(): Promise<void>;
  /** Exports what has ended and shuts down our SDK; a host's is left alone. Safe to call twice. */
  close(): Promise<void>;
}

/** The instrumentation scope of all our spans. */
export const TRACER_NAME = "crowsnest";

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

/** Whether somebody has registered an SDK. */
export function hostHasSdk(): boolean {
  const provider = trace.getTracerProvider();
  // The API hands out a proxy until somebody registers an SDK; the proxy without a delegate has no tracer to give.
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(TRACER_NAME) !== undefined;
}
