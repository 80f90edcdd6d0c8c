import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTypes } from "../../../src/events/families.ts";
import { parseEvent } from "../../../src/events/validate.ts";
import { readShape } from "../../../src/integrations/shapes/read-shape.ts";
import { arbitraryEvent } from "../../support/arbitrary-events.ts";

const defaults = { source: "unknown", nowUnixMillis: Date.UTC(2026, 2, 4) };

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.anything({ maxDepth: 2, withBigInt: false, withNullPrototype: true }),
);
const name = fc.oneof(fc.constantFrom(...eventTypes, "task_assignment", "com.example.Handoff", "__proto__", ""), fc.string());
const word = fc.constantFrom(
  "task_id",
  "agent_id",
  "durationMs",
  "status",
  "success",
  "progress",
  "__proto__",
  "timestamp",
  "metadata",
);
const payload = fc.oneof(fc.dictionary(fc.oneof(word, fc.string()), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6 }), anything);
const timestamp = fc.oneof(
  fc.double(),
  fc.string(),
  fc.date().map((date) => date.toJSON()),
  anything,
);

const shapes: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  anything,
  "a native event": fc.record(
    { type: name, data: payload, id: anything, agent: anything, attributes: payload },
    { requiredKeys: ["type"] },
  ),
  "event_type and payload": fc.record({ event_type: name, timestamp, payload }, { requiredKeys: ["event_type"] }),
  "event_type, event_data and metadata": fc.record({ event_type: name, event_data: payload, metadata: payload, timestamp }),
  "a milestone": fc.record({ milestone_type: fc.string(), status: anything, duration_ms: anything }),
  "a CloudEvent": fc.record({
    specversion: fc.constant("1.0"),
    id: anything,
    source: anything,
    type: name,
    time: timestamp,
    data: payload,
  }),
};

describe("whatever comes", () => {
  test.each(Object.entries(shapes))("as %s is an event or is not, and is never a mistake of ours", (_name, shape) => {
    fc.assert(
      fc.property(shape, (value) => {
        const parsed = parseEvent(readShape(value, defaults));
        if (!("event" in parsed)) {
          expect(parsed.problems.length).toBeGreaterThan(0);
          return;
        }
        // What is taken is taken again as it is, also after it was written down.
        const again = JSON.parse(JSON.stringify(parsed.event));
        expect(parseEvent(again)).toMatchObject({ event: again });
        expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("is left as it is where it is an event already", () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        expect(readShape(event, defaults)).toEqual(event);
        expect(parseEvent(event)).toEqual({ event });
      }),
    );
  });
});
