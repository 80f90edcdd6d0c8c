import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventSchemas } from "../../../src/events/schemas.ts";
import type { StoredEvent } from "../../../src/events/types.ts";
import { parseEvent } from "../../../src/events/validate.ts";
import { arbitraryEvent } from "../../support/arbitrary-events.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";

type Sent = Readonly<Record<string, unknown>>;

const ndjson = "application/x-ndjson";
const json = "application/json";

/** The ways in which the same events may come; each makes bodies of them. */
const ways: Readonly<Record<string, (events: readonly Sent[]) => readonly { type: string; body: string; zipped?: true }[]>> = {
  "one by one": (events) => events.map((event) => ({ type: json, body: JSON.stringify(event) })),
  "an array": (events) => [{ type: json, body: JSON.stringify(events) }],
  "an array, indented": (events) => [{ type: "application/json; charset=utf-8", body: JSON.stringify(events, null, "\t") }],
  "an array, in ASCII only": (events) => [{ type: json, body: JSON.stringify(events).replaceAll(/[\u0080-\uffff]/g, escaped) }],
  lines: (events) => [{ type: ndjson, body: events.map((event) => JSON.stringify(event)).join("\n") }],
  "lines with carriage returns and gaps": (events) => [
    { type: ndjson, body: `\r\n${events.map((event) => JSON.stringify(event)).join("\r\n\r\n")}\r\n` },
  ],
  "lines, compressed": (events) => [
    { type: ndjson, body: events.map((event) => `${JSON.stringify(event)}\n`).join(""), zipped: true },
  ],
};

test("an event is the same by whichever way it comes, and the same again when it is read back", { timeout: 60_000 }, async () => {
  const hub = await startTestHub({ prices: "off", captureContent: true });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryEvent, { minLength: 1, maxLength: 8 }), async (events) => {
      const written = JSON.stringify(events);
      const kept: unknown[][] = [];
      for (const bodiesOf of Object.values(ways)) {
        // The same id would be the same event.
        runs += 1;
        const sent = (JSON.parse(written) as Sent[]).map((event, index) => ({ ...event, id: `${runs} ${index}` }));
        for (const body of bodiesOf(sent)) await send(hub, body);
        const { events: stored } = await hub.hub.query({ order: "newest-first", limit: sent.length });
        kept.push([...stored].reverse().map(withoutPlace));
      }
      expect(kept[0]).toEqual((JSON.parse(written) as Sent[]).map(({ id: _, ...event }) => event));
      for (const others of kept) expect(others).toEqual(kept[0]);
    }),
    { numRuns: 40 },
  );
  // Nothing that was kept is anything that would not be taken again.
  const { events } = await hub.hub.query({ limit: 10_000 });
  for (const { seq: _, receivedUnixMillis: __, ...event } of events) {
    expect(parseEvent(event)).toEqual({ event });
    expect(eventSchemas[event.type].parse(event.data)).toEqual(event.data);
  }
});

async function send({ hub }: TestHub, { type, body, zipped }: { type: string; body: string; zipped?: true }): Promise<void> {
  const response = await fetch(`${hub.url}/v1/events`, {
    method: "POST",
    headers: { "content-type": type, ...(zipped === true ? { "content-encoding": "gzip" } : {}) },
    body: zipped === true ? gzipSync(body) : body,
  });
  expect(await response.json()).toMatchObject({ rejected: 0, errors: [] });
  expect(response.status).toBe(202);
}

function withoutPlace({ seq: _, receivedUnixMillis: __, id: ___, ...event }: StoredEvent): object {
  return event;
}

/** Half a character or a whole one, as JSON writes it. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
