import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAnyValue, readInteger } from "../../../src/integrations/otlp/any-value.ts";
import { DecodeError } from "../../../src/integrations/otlp/decode-error.ts";
import { decodeProtobuf } from "../../../src/integrations/otlp/protobuf.ts";
import { readLogRecords } from "../../../src/integrations/otlp/read-logs.ts";
import { readSpans } from "../../../src/integrations/otlp/read-spans.ts";
import { SpanTranslator } from "../../../src/integrations/spans/translate.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";

describe("whatever comes", () => {
  test("bytes are decoded or refused, and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          readSpans(decodeProtobuf("TracesRequest", bytes));
          readLogRecords(decodeProtobuf("LogsRequest", bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("JSON of any shape is read, and translated, without a mistake of ours", () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const span = fc.record(
      {
        traceId: fc.oneof(fc.constant("5b8efff798038103d269b633813fc60c"), anything),
        spanId: fc.oneof(fc.constant("eee19b7ec3c1b174"), anything),
        parentSpanId: fc.oneof(fc.constant("eee19b7ec3c1b174"), anything),
        name: anything,
        startTimeUnixNano: fc.oneof(fc.constant("1767614400000000000"), anything),
        endTimeUnixNano: anything,
        attributes: fc.oneof(
          fc.array(fc.record({ key: fc.constantFrom("gen_ai.operation.name", "__proto__", "error.type"), value: anything })),
          anything,
        ),
        events: anything,
        status: anything,
      },
      { requiredKeys: [] },
    );
    const spans = fc.array(fc.oneof(span, anything), { maxLength: 5 });
    fc.assert(
      fc.property(spans, (list) => {
        const read = readSpans({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] });
        expect(read.spans.length + read.rejected).toBe(list.length);
        new SpanTranslator().translate(read.spans);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("values", () => {
  test.each([
    [{ low: -1, high: -1, unsigned: false }, -1],
    [{ low: -1, high: 0, unsigned: true }, 0xffff_ffff],
    ["1767614400000000000", 1_767_614_400_000_000_000],
    [7, 7],
    ["0x10", undefined],
    [null, undefined],
  ])("the integer %j is %s", (written, number) => {
    expect(readInteger(written)).toBe(number);
  });

  test("lists keep what is a value, and maps are passed over", () => {
    const list = { arrayValue: { values: [{ stringValue: "a" }, { kvlistValue: {} }, {}, { boolValue: false }] } };
    expect(readAnyValue(list)).toEqual(["a", false]);
    expect(readAnyValue({ kvlistValue: { values: [] } })).toBeUndefined();
  });

  test("a span's length is exact although its times do not fit into a number", () => {
    const times = { startTimeUnixNano: "1767614400000000001", endTimeUnixNano: "1767614400000000251" };
    const [span] = readSpans(tracesRequest([chatSpan(times)])).spans;
    expect(span?.durationSeconds).toBe(250e-9);
  });
});
