import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs/light.js";
import { describe, expect, test } from "vitest";
import { decodeTraces, encodeTraces } from "../../../src/integrations/otlp/complete-traces.ts";
import { redactTraces } from "../../../src/integrations/otlp/redact-traces.ts";
import { Redactor } from "../../../src/redaction/redactor.ts";
import { toProtobuf } from "../../support/otlp-protobuf.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { keys, password } from "../../support/secrets.ts";

const redactor = new Redactor();
/** Requests that real libraries have sent. */
const recordings = join(import.meta.dirname, "../../fixtures/otlp");
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Everything that a request for traces may say, with a note and an attribute in it. */
function fullRequest(note: string, attribute: object): object {
  const id = (bytes: number) => Buffer.alloc(bytes, 7);
  return {
    resourceSpans: [
      {
        resource: { attributes: [text("service.name", "py"), attribute], droppedAttributesCount: 1 },
        schemaUrl: "https://opentelemetry.io/schemas/1.27.0",
        scopeSpans: [
          {
            scope: { name: "lib", version: "1.2.3", attributes: [text("a", "b")], droppedAttributesCount: 2 },
            schemaUrl: "https://opentelemetry.io/schemas/1.26.0",
            spans: [
              {
                traceId: id(16),
                spanId: id(8),
                traceState: "vendor=1",
                parentSpanId: id(8),
                name: note,
                kind: 3,
                startTimeUnixNano: 1_700_000_000,
                endTimeUnixNano: 1_700_000_001,
                attributes: [
                  attribute,
                  { key: "whole", value: { intValue: -7 } },
                  { key: "zero", value: { doubleValue: 0 } },
                  { key: "no", value: { boolValue: false } },
                  {
                    key: "list",
                    value: { arrayValue: { values: [{ stringValue: note }, { kvlistValue: { values: [attribute] } }] } },
                  },
                  { key: "bytes", value: { bytesValue: Buffer.from([0, 255, 128]) } },
                ],
                droppedAttributesCount: 3,
                events: [
                  {
                    timeUnixNano: 1_700_000_002,
                    name: "exception",
                    attributes: [text("message", note)],
                    droppedAttributesCount: 4,
                  },
                ],
                droppedEventsCount: 5,
                links: [
                  {
                    traceId: id(16),
                    spanId: id(8),
                    traceState: "v=2",
                    attributes: [attribute],
                    droppedAttributesCount: 6,
                    flags: 257,
                  },
                ],
                droppedLinksCount: 7,
                status: { message: note, code: 2 },
                flags: 769,
              },
            ],
          },
        ],
      },
    ],
  };
}

describe("a request in protobuf", () => {
  test("says everything else as it did, once its secrets are out", () => {
    const attribute = text("db.password", password);
    const sent = encodeTraces(fullRequest(`see ${Object.values(keys)[0]}!`, attribute));
    const written = redactTraces(sent, "protobuf", redactor);
    expect(written).toEqual(encodeTraces(fullRequest("see [redacted]!", text("db.password", "[redacted]"))));
    expect(redactTraces(written ?? sent, "protobuf", redactor)).toBeUndefined();
  });

  test("is written again with the fields of the official definitions that nobody here reads", () => {
    const decoded = decodeTraces(encodeTraces(fullRequest("note", text("a", "b"))));
    expect(encodeTraces(decoded)).toEqual(encodeTraces(fullRequest("note", text("a", "b"))));
    expect(JSON.stringify(decoded)).toContain('"droppedLinksCount":7');
  });

  test("goes on as it came where it holds none", () => {
    expect(
      redactTraces(encodeTraces(fullRequest("the token is a word", text("tokenType", "word"))), "protobuf", redactor),
    ).toBeUndefined();
    expect(redactTraces(toProtobuf("TracesRequest", tracesRequest([chatSpan()])), "protobuf", redactor)).toBeUndefined();
    expect(redactTraces(Buffer.alloc(0), "protobuf", redactor)).toBeUndefined();
  });

  test.each([
    ["text", { stringValue: password }],
    ["a number", { intValue: 4711 }],
    ["a list", { arrayValue: { values: [{ stringValue: password }] } }],
    ["a map", { kvlistValue: { values: [text("x", password)] } }],
    ["bytes", { bytesValue: Buffer.from(password) }],
  ])("keeps no %s under the name of a secret", (_what, value) => {
    const written = redactTraces(encodeTraces(fullRequest("note", { key: "user.password", value })), "protobuf", redactor);
    expect(written).toEqual(encodeTraces(fullRequest("note", text("user.password", "[redacted]"))));
  });

  test.each([
    ["a truth", { boolValue: true }],
    ["nothing", { stringValue: "" }],
  ])("keeps %s, which says nothing", (_what, value) => {
    expect(redactTraces(encodeTraces(fullRequest("note", { key: "password", value })), "protobuf", redactor)).toBeUndefined();
  });

  test("keeps no secret in bytes", () => {
    const attribute = { key: "body", value: { bytesValue: Buffer.from(`a ${Object.values(keys)[0]} b`) } };
    const written = redactTraces(encodeTraces(fullRequest("note", attribute)), "protobuf", redactor);
    expect(written?.includes(Object.values(keys)[0] ?? "")).toBe(false);
  });

  test("that is cut short, or has too many parts, is refused rather than sent on unseen", () => {
    const sent = encodeTraces(fullRequest(`password=${password}`, text("a", "b")));
    expect(() => redactTraces(sent.subarray(0, -3), "protobuf", redactor)).toThrow("is not a protobuf message");
    const links = protobuf.Writer.create()
      .bytes(Buffer.alloc(4_000_000, Buffer.from([0x6a, 0])))
      .finish();
    expect(() => decodeTraces(nested(links))).toThrow("has more than 1000000 parts");
  });
});

/** A span of those bytes, with the length in front that a writer of bytes has put there. */
function nested(span: Uint8Array): Buffer {
  const field = (id: number, bytes: Uint8Array) => Buffer.concat([Buffer.from([(id << 3) | 2]), bytes]);
  const sized = (bytes: Uint8Array) => Buffer.from(protobuf.Writer.create().bytes(bytes).finish());
  return field(1, sized(field(2, sized(field(2, span)))));
}

describe("a request in JSON", () => {
  const request = (attributes: object[]) => ({
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "ab".repeat(16), attributes }] }] }],
  });
  const redact = (body: string) => redactTraces(Buffer.from(body), "json", redactor)?.toString();

  test("loses its secrets and nothing else, long numbers included", () => {
    const body = JSON.stringify(request([text("apiKey", password), text("note", `"${password}"`)])).replace(
      '"spans":[{',
      '"spans":[{"startTimeUnixNano":1700000000123456789,"unknown":[1e400,0.1],',
    );
    expect(redact(body)).toBe(
      body.replace(`"apiKey","value":{"stringValue":"${password}"`, '"apiKey","value":{"stringValue":"[redacted]"'),
    );
  });

  test("hides nothing behind escapes", () => {
    const key = Object.values(keys)[0] ?? "";
    const escaped = [...key].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    const body = JSON.stringify(request([text("note", "HERE"), text("url", "THERE")]));
    const hidden = body.replace("HERE", escaped).replace("THERE", `postgres:\\/\\/a:${password}@b`);
    expect(JSON.parse(redact(hidden) ?? "")).toEqual(
      request([text("note", "[redacted]"), text("url", "postgres://a:[redacted]@b")]),
    );
    expect(redact(body.replace("HERE", "a\\/b"))).toBeUndefined();
  });

  test("goes on as it came where it holds none", () => {
    expect(redact(JSON.stringify(tracesRequest([chatSpan()])))).toBeUndefined();
    expect(
      redact(JSON.stringify(request([text("gen_ai.usage.input_tokens", "5"), text("id", randomBytes(16).toString("hex"))]))),
    ).toBeUndefined();
  });
});

test("a user's own patterns are looked for in every request", () => {
  const own = new Redactor({ redact: "TICKET-\\d+" });
  const written = redactTraces(encodeTraces(fullRequest("TICKET-42", text("a", "b"))), "protobuf", own);
  expect(written).toEqual(encodeTraces(fullRequest("[redacted]", text("a", "b"))));
  expect(redactTraces(encodeTraces(fullRequest("note", text("a", "b"))), "protobuf", own)).toBeUndefined();
});

test.each(readdirSync(recordings))(
  "what %s was recorded to send holds no secret, and is the same once read and written",
  (library) => {
    const sent = readFileSync(join(recordings, library, "001.bin"));
    expect(redactTraces(sent, "protobuf", redactor)).toBeUndefined();
    expect(encodeTraces(decodeTraces(sent)).equals(sent)).toBe(true);
  },
);
