import protobuf from "protobufjs/light.js";
import { otlpSchema } from "../../src/integrations/otlp/schema.ts";

const root = protobuf.Root.fromJSON(otlpSchema);

/** A request in OTLP's JSON, written as protobuf. */
export function toProtobuf(message: "TracesRequest" | "LogsRequest" | "MetricsRequest", request: object): Buffer {
  const type = root.lookupType(message);
  return Buffer.from(type.encode(type.fromObject(withBytes(request) as Record<string, unknown>)).finish());
}

/** Ids are hex in OTLP's JSON, where protobuf has bytes. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "string" && /^(?:trace|span|parentSpan)Id$/.test(key) ? Buffer.from(inner, "hex") : withBytes(inner),
    ]),
  );
}
