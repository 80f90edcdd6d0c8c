import { parseEvent } from "../../src/events/validate.ts";
import { DecodeError } from "../../src/integrations/otlp/decode-error.ts";
import { decodeProtobuf } from "../../src/integrations/otlp/protobuf.ts";
import { readLogRecords } from "../../src/integrations/otlp/read-logs.ts";
import { readSpans } from "../../src/integrations/otlp/read-spans.ts";
import { readShape } from "../../src/integrations/shapes/read-shape.ts";
import { SpanTranslator } from "../../src/integrations/spans/translate.ts";
import { LineSplitter } from "../../src/server/ingest/line-splitter.ts";
import { RequestError } from "../../src/server/ingest/request-error.ts";

/** Runs a body through the readers themselves, which is faster than through a socket. Throws what no reader may throw. */
export function decode(path: string, contentType: string, body: Buffer): void {
  try {
    if (path === "/v1/events") return decodeEvents(body);
    const isProtobuf = contentType === "application/x-protobuf";
    if (path === "/v1/logs") return void readLogRecords(isProtobuf ? decodeProtobuf("LogsRequest", body) : json(body));
    if (path !== "/v1/traces") return;
    const { spans } = readSpans(isProtobuf ? decodeProtobuf("TracesRequest", body) : json(body));
    for (const draft of new SpanTranslator().translate(spans)) parseEvent(draft);
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof RequestError)) throw error;
  }
}

function decodeEvents(body: Buffer): void {
  const splitter = new LineSplitter(1_024 * 1_024);
  const lines = [...splitter.push(body), ...splitter.end()];
  const values = [body.toString(), ...lines.flatMap((line) => ("text" in line ? [line.text] : []))].map((text) =>
    json(Buffer.from(text)),
  );
  for (const value of values.flat(1)) parseEvent(shapeOf(value));
}

function shapeOf(value: unknown): unknown {
  try {
    return readShape(value, { source: "fuzz", nowUnixMillis: Date.now() });
  } catch (error) {
    // Nesting that is too deep for JSON.stringify; the route answers it as such.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
