import type { Request } from "express";
import { decodeProtobuf, encodeProtobuf } from "../../integrations/otlp/protobuf.ts";
import { contentTypeOf, decode } from "./read-body.ts";
import { parseJson, RequestError } from "./request-error.ts";

/** The parts of a request that OTLP sends: its kind decides what is in it and what is answered. */
export type Signal = "traces" | "logs" | "metrics";

/** What an answer's HTTP status is among gRPC's codes, which OTLP's `Status` has. */
export const grpcCodes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  413: 8,
  415: 3,
  421: 7,
  429: 8,
  500: 13,
  503: 14,
};

/** One of the two ways of writing OTLP: what comes in it is answered in it, trouble included. */
export interface OtlpFormat {
  readonly contentType: string;
  /** @throws DecodeError or RequestError where the body is no such message */
  read(signal: Signal, body: Buffer): unknown;
  /** What was accepted; `rejected` above 0 makes it a partial success. */
  response(signal: Signal, rejected: number, message: string): Uint8Array | string;
  status(code: number, message: string): Uint8Array | string;
}

const protobufMessages = { traces: "TracesRequest", logs: "LogsRequest", metrics: "MetricsRequest" } as const;

const rejectedNames = { traces: "rejectedSpans", logs: "rejectedLogRecords", metrics: "rejectedDataPoints" } as const;

export const protobufFormat: OtlpFormat = {
  contentType: "application/x-protobuf",
  read: (signal, body) => decodeProtobuf(protobufMessages[signal], body),
  // All three kinds of response have the same two fields under the same numbers.
  response: (_signal, rejected, errorMessage) =>
    encodeProtobuf("Response", rejected === 0 ? {} : { partialSuccess: { rejected, errorMessage } }),
  status: (code, message) => encodeProtobuf("Status", { code, message }),
};

const jsonFormat: OtlpFormat = {
  contentType: "application/json",
  read(_signal, body) {
    const request = parseJson(decode(body));
    if (typeof request === "object" && request !== null && !Array.isArray(request)) return request;
    throw new RequestError(400, "the body has to be one JSON object");
  },
  // 64-bit integers are text in OTLP's JSON.
  response: (signal, rejected, errorMessage) =>
    JSON.stringify(rejected === 0 ? {} : { partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage } }),
  status: (code, message) => JSON.stringify({ code, message }),
};

/** The format that the request says it has; undefined for any other. */
export function formatOf(request: Request): OtlpFormat | undefined {
  const type = contentTypeOf(request);
  if (type === protobufFormat.contentType) return protobufFormat;
  return type === jsonFormat.contentType ? jsonFormat : undefined;
}

/** A refusal in the request's own format; in JSON where it has none. */
export function statusIn(
  format: OtlpFormat | undefined,
  httpStatus: number,
  message: string,
): { readonly contentType: string; readonly body: Buffer } {
  const { contentType, status } = format ?? jsonFormat;
  return { contentType, body: asBuffer(status(grpcCodes[httpStatus] ?? 2, message)) };
}

/** Bytes, so that nothing is added to the content type. */
export function asBuffer(content: Uint8Array | string): Buffer {
  return typeof content === "string" ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
