import type { INamespace } from "protobufjs";
import { createRoot, decodeWith } from "./protobuf.ts";
import { otlpSchema } from "./schema.ts";

const keyValues = { rule: "repeated", type: "KeyValue" } as const;
const count = (id: number) => ({ type: "uint32", id });
const text = (id: number) => ({ type: "string", id });

/** The fields of a request for traces that nobody here reads, and that are lost where it is encoded again without them. */
const others: Readonly<Record<string, INamespace["nested"] | object>> = {
  Resource: { droppedAttributesCount: count(2), entityRefs: { rule: "repeated", type: "EntityRef", id: 3 } },
  InstrumentationScope: { version: text(2), attributes: { ...keyValues, id: 3 }, droppedAttributesCount: count(4) },
  ResourceSpans: { schemaUrl: text(3) },
  ScopeSpans: { schemaUrl: text(3) },
  Span: {
    traceState: text(3),
    kind: { type: "int32", id: 6 },
    droppedAttributesCount: count(10),
    droppedEventsCount: count(12),
    links: { rule: "repeated", type: "Link", id: 13 },
    droppedLinksCount: count(14),
    flags: { type: "fixed32", id: 16 },
  },
  SpanEvent: { timeUnixNano: { type: "fixed64", id: 1 }, droppedAttributesCount: count(4) },
  Link: {
    traceId: { type: "bytes", id: 1 },
    spanId: { type: "bytes", id: 2 },
    traceState: text(3),
    attributes: { ...keyValues, id: 4 },
    droppedAttributesCount: count(5),
    flags: { type: "fixed32", id: 6 },
  },
  EntityRef: {
    schemaUrl: text(1),
    type: text(2),
    idKeys: { rule: "repeated", type: "string", id: 3 },
    descriptionKeys: { rule: "repeated", type: "string", id: 4 },
  },
};

const messages = otlpSchema.nested as Readonly<Record<string, { readonly fields?: object }>>;
const complete = Object.keys({ ...messages, ...others }).map((name) => [
  name,
  { fields: { ...messages[name]?.fields, ...others[name] } },
]);

const request = createRoot({ nested: Object.fromEntries(complete) }).lookupType("TracesRequest");

/**
 * Reads a whole request for traces, so that it can be written again.
 *
 * @throws DecodeError
 */
export function decodeTraces(bytes: Uint8Array): object {
  return decodeWith(request, bytes);
}

export function encodeTraces(decoded: object): Buffer {
  const bytes = request.encode(decoded).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
