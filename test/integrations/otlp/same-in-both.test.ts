import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../src/events/validate.ts";
import { DecodeError } from "../../../src/integrations/otlp/decode-error.ts";
import { decodeProtobuf } from "../../../src/integrations/otlp/protobuf.ts";
import { readLogRecords } from "../../../src/integrations/otlp/read-logs.ts";
import { readSpans } from "../../../src/integrations/otlp/read-spans.ts";
import { SpanTranslator } from "../../../src/integrations/spans/translate.ts";
import { toProtobuf } from "../../support/otlp-protobuf.ts";

const NOW_NANOS = 1_767_614_400_000_000_000n;

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom("chat", "invoke_agent", "execute_tool", "scribe", "AGENT", "LLM", "gpt-5"),
);
const key = fc.constantFrom(
  "gen_ai.operation.name",
  "gen_ai.agent.name",
  "gen_ai.request.model",
  "gen_ai.usage.input_tokens",
  "gen_ai.tool.name",
  "openinference.span.kind",
  "traceloop.span.kind",
  "error.type",
  "event.name",
  "session.id",
  "model",
  "cost_usd",
  "__proto__",
);
// 64-bit integers are text in OTLP's JSON; JSON as it is written here has no double that is not finite, and no -0.
const value = fc.oneof(
  text.map((stringValue) => ({ stringValue })),
  fc.maxSafeInteger().map((intValue) => ({ intValue: String(intValue) })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => ({ doubleValue: double + 0 })),
  fc.boolean().map((boolValue) => ({ boolValue })),
  fc.array(text, { maxLength: 3 }).map((texts) => ({ arrayValue: { values: texts.map((stringValue) => ({ stringValue })) } })),
);
const attributes = fc.uniqueArray(fc.record({ key, value }), { selector: (attribute) => attribute.key, maxLength: 6 });
const hex = (bytes: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: bytes * 2, maxLength: bytes * 2 });
const nanos = fc.bigInt({ min: 0n, max: 10n ** 12n }).map((more) => String(NOW_NANOS + more));
const resource = fc.record({ attributes: fc.array(fc.record({ key: fc.constant("service.name"), value }), { maxLength: 1 }) });

const span = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  parentSpanId: fc.oneof(fc.constant(""), hex(8)),
  name: text,
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  status: fc.record({ code: fc.constantFrom(0, 1, 2), message: text }),
  events: fc.array(fc.record({ name: fc.constantFrom("exception", "other"), attributes }), { maxLength: 2 }),
});
const traces = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource,
      scopeSpans: fc.array(fc.record({ scope: fc.record({ name: text }), spans: fc.array(span, { maxLength: 3 }) }), {
        maxLength: 2,
      }),
    }),
    { maxLength: 2 },
  ),
});
const record = fc.record({
  timeUnixNano: nanos,
  body: fc.constantFrom("claude_code.api_request", "claude_code.tool_result", "a line").map((stringValue) => ({ stringValue })),
  attributes,
});
const logs = fc.record({
  resourceLogs: fc.array(
    fc.record({ resource, scopeLogs: fc.array(fc.record({ logRecords: fc.array(record, { maxLength: 3 }) }), { maxLength: 2 }) }),
    { maxLength: 2 },
  ),
});

/** As JSON has it, once written and read. */
function fromJson(request: object): unknown {
  return JSON.parse(JSON.stringify(request));
}

describe("the same request in JSON and in protobuf", () => {
  test("holds the same spans, and tells the same events, all of which can be kept", () => {
    fc.assert(
      fc.property(traces, (request) => {
        const [one, other] = [
          readSpans(fromJson(request)),
          readSpans(decodeProtobuf("TracesRequest", toProtobuf("TracesRequest", request))),
        ];
        expect(other).toEqual(one);
        const drafts = new SpanTranslator().translate(one.spans);
        expect(new SpanTranslator().translate(other.spans)).toEqual(drafts);
        for (const draft of drafts) expect(parseEvent(draft)).toHaveProperty("event");
      }),
      { numRuns: 300 },
    );
  });

  test("holds the same log records", () => {
    fc.assert(
      fc.property(logs, (request) => {
        expect(readLogRecords(decodeProtobuf("LogsRequest", toProtobuf("LogsRequest", request)))).toEqual(
          readLogRecords(fromJson(request)),
        );
      }),
      { numRuns: 300 },
    );
  });
});

test("protobuf that is cut short, or has bytes that are not its own, is refused or harmless", () => {
  const spoilt = fc.tuple(traces, fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.boolean()).map(([request, place, bytes, cut]) => {
    const whole = toProtobuf("TracesRequest", request);
    const at = whole.length === 0 ? 0 : place % whole.length;
    return Buffer.concat([whole.subarray(0, at), bytes, cut ? Buffer.alloc(0) : whole.subarray(at + bytes.length)]);
  });
  fc.assert(
    fc.property(spoilt, (bytes) => {
      try {
        const { spans } = readSpans(decodeProtobuf("TracesRequest", bytes));
        for (const draft of new SpanTranslator().translate(spans)) parseEvent(draft);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: 1_000 },
  );
});
