import type { AttributeValue, Span } from "../spans/span.ts";

/** Seconds and nanoseconds. */
type HrTime = readonly [number, number];
type Values = Readonly<Record<string, unknown>>;

/** As much of an ended span as is read: of OpenTelemetry's SDK in version 2 and 3, and by its older names in version 1. */
export interface EndedSpan {
  readonly name: string;
  spanContext(): { readonly traceId: string; readonly spanId: string };
  readonly parentSpanContext?: { readonly spanId: string; readonly isRemote?: boolean | undefined } | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: Values;
  readonly events: readonly { readonly name: string; readonly attributes?: Values | undefined }[];
  readonly resource: { readonly attributes: Values };
  readonly instrumentationScope?: { readonly name: string } | undefined;
}

/** Names of version 1. */
interface OldSpan {
  readonly parentSpanId?: string;
  readonly instrumentationLibrary?: { readonly name: string };
}

/** OpenTelemetry's code for a status that is an error. */
const ERROR = 2;

/** The span as translations read it. What it says of content stays in this process, and is clipped where it becomes an event. */
export function readEndedSpan(span: EndedSpan & OldSpan): Span {
  const { traceId, spanId } = span.spanContext();
  const [start, end] = [span.startTime, span.endTime];
  const service = span.resource.attributes["service.name"];
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? span.parentSpanId,
    parentIsRemote: span.parentSpanContext?.isRemote,
    name: span.name,
    scope: (span.instrumentationScope ?? span.instrumentationLibrary)?.name ?? "",
    service: typeof service === "string" ? service : "unknown",
    startUnixMillis: unixMillis(start),
    endUnixMillis: unixMillis(end),
    durationSeconds: Math.max(0, end[0] - start[0] + (end[1] - start[1]) / 1e9),
    attributes: readAttributes(span.attributes),
    failed: span.status.code === ERROR,
    statusMessage: span.status.message,
    exception: readException(span.events),
  };
}

function unixMillis([seconds, nanos]: HrTime): number {
  return Math.round(seconds * 1_000 + nanos / 1e6);
}

function readAttributes(values: Values): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [name, value] of Object.entries(values)) {
    if (isSimple(value)) attributes.set(name, value);
    else if (Array.isArray(value)) attributes.set(name, value.filter(isSimple));
  }
  return attributes;
}

function readException(events: EndedSpan["events"]): Span["exception"] {
  // The last one is what the span ended with.
  const found = events.findLast(({ name }) => name === "exception")?.attributes;
  return found && { type: textOf(found["exception.type"]), message: textOf(found["exception.message"]) };
}

function isSimple(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
