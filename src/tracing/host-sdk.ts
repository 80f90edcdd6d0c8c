import { ProxyTracerProvider, trace } from "@opentelemetry/api";
import { TRACER_NAME } from "./semconv.ts";

/** Whether somebody has registered an SDK. */
export function hostHasSdk(): boolean {
  const provider = trace.getTracerProvider();
  // The API hands out a proxy until somebody registers an SDK; the proxy without a delegate has no tracer to give.
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(TRACER_NAME) !== undefined;
}
