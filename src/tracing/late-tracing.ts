import { type Context, context, type Span, type SpanOptions, type Tracer, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { contextIsCarried } from "./context-carried.ts";
import { hostHasSdk } from "./host-sdk.ts";
import { startPrivateSdk } from "./sdk.ts";
import { TRACER_NAME } from "./semconv.ts";
import type { Tracing, TracingOptions, TracingWatcher } from "./tracing.ts";

/**
 * Tracing that is started before the host's own code. Nothing is registered, so whatever SDK the host starts finds its place free and
 * makes our spans, too. As long as there is none, an SDK of our own makes them that nobody else sees.
 */
export function startLateTracing(options: TracingOptions, watcher: TracingWatcher): Tracing {
  const sdk = startPrivateSdk(options, watcher);
  const tracer = new LateTracer(sdk.tracer, options.version);
  return {
    tracer,
    owner: "open",
    flush: () => sdk.flush(),
    async close() {
      try {
        await sdk.close();
      } finally {
        tracer.letGo();
      }
    },
  };
}

class LateTracer implements Tracer {
  readonly #own: Tracer;
  readonly #version: string;
  #hosts: Tracer | undefined;
  #contextIsOurs: boolean | undefined;

  constructor(own: Tracer, version: string) {
    this.#own = own;
    this.#version = version;
  }

  startSpan(name: string, options?: SpanOptions, parent?: Context): Span {
    return this.#tracer().startSpan(name, options, parent);
  }

  startActiveSpan(...given: unknown[]): never {
    return Reflect.apply(this.#tracer().startActiveSpan, this.#tracer(), given) as never;
  }

  /** Gives back what was registered for our own spans. */
  letGo(): void {
    if (this.#contextIsOurs === true) context.disable();
    this.#contextIsOurs = false;
  }

  #tracer(): Tracer {
    if (this.#hosts !== undefined) return this.#hosts;
    if (hostHasSdk()) {
      this.#hosts = trace.getTracer(TRACER_NAME, this.#version);
      return this.#hosts;
    }
    this.#contextIsOurs ??= carryContext();
    return this.#own;
  }
}

/** Spans nest only where the context is carried along; whether that is for us to do is known with the first of them. */
function carryContext(): boolean {
  return !contextIsCarried() && context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}
