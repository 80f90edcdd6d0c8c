import { describe, expect, test } from "vitest";
import type { AgentEvent, StoredEvent } from "../../../src/events/types.ts";
import { parseEvent } from "../../../src/events/validate.ts";
import { readShape } from "../../../src/integrations/shapes/read-shape.ts";
import { consoleShape, observatoryShape } from "../../../src/server/live/wire.ts";
import { exampleList } from "../../helpers/examples.ts";
import { stored } from "../../helpers/read-view.ts";

const events = stored(...exampleList.flatMap(({ minimal, full }, index) => [[index, minimal] as const, [index, full] as const]));

function read(told: object): AgentEvent {
  const parsed = parseEvent(readShape(JSON.parse(JSON.stringify(told)), { source: "elsewhere", nowUnixMillis: 1 }));
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.event;
}

describe("an event that a hub gave out is the same event when it is sent to another", () => {
  test.each([
    ["from an export or /api/events", (event: StoredEvent) => event],
    ["from a WebSocket", consoleShape],
    ["from server-sent events", observatoryShape],
  ])("%s", (_, tell) => {
    for (const event of events) {
      const { seq: _seq, receivedUnixMillis: _received, ...sent } = event;
      expect(read(tell(event))).toEqual(sent);
    }
  });
});

test("a place in a store that is no store's is named as what it is", () => {
  const parsed = parseEvent(
    readShape(
      { type: "agent_heartbeat", agent: "scribe", seq: 7, data: {} },
      { source: "a", nowUnixMillis: Date.UTC(2026, 2, 1) },
    ),
  );
  expect(parsed).toMatchObject({ problems: [{ path: "seq", message: expect.stringContaining("not known here") }] });
});
