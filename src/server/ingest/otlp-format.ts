import type { Request } from "express";
import { decodeProtobuf, encodeProtobuf } from "../../integrations/otlp/protobuf.ts";
import { decode, RequestError } from "./read-body.ts";

/** The parts of a request that OTLP sends: its kind decides what is in it and what is answered. */
export type Signal = "traces" | "logs" | "metrics";

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
    let request: unknown;
    try {
      request = JSON.parse(decode(body));
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw new RequestError(400, `the body is not JSON (${(error as Error).message})`);
    }
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

export function contentTypeOf({ headers }: Request): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
