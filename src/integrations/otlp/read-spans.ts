import type { Span } from "../spans/span.ts";
import { readInteger } from "./any-value.ts";
import { DecodeError } from "./decode-error.ts";
import { type Message, message, messages, messagesOf, readAttributes, serviceOf, textOf } from "./message.ts";

/** What a request for traces held. */
export interface ReadSpans {
  readonly spans: readonly Span[];
  /** Spans that are none, and why the first of them is not. */
  readonly rejected: number;
  readonly reason: string | undefined;
}

/** Most spans in one request; exporters send 512 at a time unless told otherwise. */
const MAX_SPANS = 50_000;

/**
 * Reads a request for traces: what the protobuf decoder made, or what JSON.parse did. The two differ in ids and long integers only.
 *
 * @throws DecodeError where there are too many
 */
export function readSpans(request: unknown): ReadSpans {
  const spans: Span[] = [];
  let rejected = 0;
  let reason: string | undefined;
  for (const { resource, scopeSpans } of messages(request, "resourceSpans")) {
    const service = serviceOf(resource);
    for (const { scope, spans: list } of messagesOf(scopeSpans)) {
      if (Array.isArray(list) && spans.length + rejected + list.length > MAX_SPANS) {
        throw new DecodeError("too_many_parts", `the body has more than ${MAX_SPANS} spans`);
      }
      const scopeName = textOf(message(scope).name) ?? "";
      for (const fields of messagesOf(list)) {
        const span = readSpan(fields, service, scopeName);
        if (typeof span === "object") spans.push(span);
        else {
          rejected += 1;
          reason ??= span;
        }
      }
    }
  }
  return { spans, rejected, reason };
}

function readSpan(fields: Message, service: string, scope: string): Span | string {
  const traceId = readId(fields.traceId, 16);
  const spanId = readId(fields.spanId, 8);
  if (traceId === undefined) return "traceId has to be 16 bytes (32 hex digits in JSON) that are not all zero";
  if (spanId === undefined) return "spanId has to be 8 bytes (16 hex digits in JSON) that are not all zero";
  const startNanos = readInteger(fields.startTimeUnixNano);
  if (startNanos === undefined || startNanos <= 0) return "startTimeUnixNano is missing";
  // A span without an end is one that somebody sent too early: it took no time yet.
  const endNanos = Math.max(readInteger(fields.endTimeUnixNano) ?? 0, startNanos);
  const status = message(fields.status);
  return {
    traceId,
    spanId,
    parentSpanId: readId(fields.parentSpanId, 8),
    parentIsRemote: isParentRemote(fields.flags),
    name: textOf(fields.name) ?? "",
    scope,
    service,
    startUnixMillis: Math.round(startNanos / 1e6),
    endUnixMillis: Math.round(endNanos / 1e6),
    durationSeconds: durationSeconds(fields.startTimeUnixNano, fields.endTimeUnixNano, endNanos - startNanos),
    attributes: readAttributes(fields.attributes),
    failed: isErrorCode(status.code),
    statusMessage: textOf(status.message),
    exception: readException(fields.events),
  };
}

/** Nanoseconds since 1970 do not fit into a double, so text is subtracted as whole numbers: short spans keep their length. */
function durationSeconds(start: unknown, end: unknown, roughNanos: number): number {
  const [from, to] = [exactNanos(start), exactNanos(end)];
  if (from === undefined || to === undefined) return roughNanos / 1e9;
  return to > from ? Number(to - from) / 1e9 : 0;
}

function exactNanos(value: unknown): bigint | undefined {
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return BigInt(value);
  if (typeof value !== "object" || value === null) return undefined;
  const { low, high } = value as { low: number; high: number };
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** One bit says that the other is meant. */
function isParentRemote(flags: unknown): boolean | undefined {
  return typeof flags === "number" && (flags & 0x100) !== 0 ? (flags & 0x200) !== 0 : undefined;
}

function isErrorCode(code: unknown): boolean {
  return code === 2 || code === "STATUS_CODE_ERROR";
}

function readException(events: unknown): Span["exception"] {
  // The last one is what the span ended with.
  const found = messagesOf(events).findLast(({ name }) => name === "exception");
  if (found === undefined) return undefined;
  const attributes = readAttributes(found.attributes);
  return { type: textOf(attributes.get("exception.type")), message: textOf(attributes.get("exception.message")) };
}

/** In lower-case hex; undefined where it is none or, as the specification has it, all zero. */
function readId(value: unknown, bytes: number): string | undefined {
  let hex: string;
  if (typeof value === "string") hex = value.toLowerCase();
  else if (value instanceof Uint8Array) hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
  else return undefined;
  if (hex.length !== bytes * 2 || !/^[0-9a-f]+$/.test(hex) || /^0+$/.test(hex)) return undefined;
  return hex;
}
