import type { Tracer } from "@opentelemetry/api";

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
