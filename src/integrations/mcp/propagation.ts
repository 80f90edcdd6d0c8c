import { type Context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Fields } from "./messages.ts";

/** MCP names W3C's fields for `params._meta`, whatever propagation the process uses elsewhere. */
const propagator = new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });

/** Says whether the caller tells of the tool call, so that the server does so where the caller does not, and only then. */
const CALLER_COUNTS = "crowsnest/counted";

/**
 * What goes along with a request: `traceparent`, and `tracestate` and `baggage` where there are any.
 *
 * @param callerCounts undefined for what is no tool call
 */
export function carried(context: Context | undefined, callerCounts: boolean | undefined): Fields {
  const fields: Record<string, unknown> = {};
  const set = (carrier: Record<string, unknown>, name: string, value: string) => {
    carrier[name] = value;
  };
  if (context !== undefined) propagator.inject(context, fields, { set });
  if (callerCounts !== undefined) fields[CALLER_COUNTS] = callerCounts;
  return fields;
}

/** The context that came along with a request; undefined where it has no span. */
export function arrived(meta: Fields): { readonly context: Context; readonly span: ReturnType<Span["spanContext"]> } | undefined {
  const get = (carrier: Fields, name: string) => {
    const value = carrier[name];
    return typeof value === "string" ? value : undefined;
  };
  const context = propagator.extract(ROOT_CONTEXT, meta, { get, keys: (carrier) => Object.keys(carrier) });
  const span = trace.getSpanContext(context);
  return span === undefined ? undefined : { context, span };
}

/** A caller that does not say so, but whose span came along, is watched by somebody, who sees its tool calls. */
export function isToldByCaller(meta: Fields): boolean {
  const said = meta[CALLER_COUNTS];
  return typeof said === "boolean" ? said : arrived(meta) !== undefined;
}
