import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { snapshotPathOf } from "../../../src/store/open-store.ts";
import { connect } from "../../../src/store/sqlite/driver.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { until } from "../../support/until.ts";

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
/** The last year that is taken for one. */
const FAR_AHEAD_UNIX_MILLIS = Date.UTC(2099, 11, 31);

async function tell(hub: TestHub, ...events: readonly object[]): Promise<void> {
  const response = await fetch(`${hub.hub.url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(events.map((event) => ({ source: "skewed", ...event }))),
  });
  expect(await response.json()).toMatchObject({ accepted: events.length, rejected: 0 });
}

const spent = (costUsd: number, timeUnixMillis: number) => ({
  type: "model_called",
  agent: "scribe",
  timeUnixMillis,
  data: { provider: "p", model: "m", outcome: "success", durationSeconds: 1, costUsd },
});
const begun = (timeUnixMillis: number) => ({
  type: "handoff_started",
  operationId: "H-1",
  timeUnixMillis,
  data: { fromAgent: "scribe", toAgent: "critic" },
});
const BUDGET = 'agent_budget_spent_usd{service="skewed",scope="day"}';
const IN_PROGRESS = 'agent_handoffs_in_progress{service="skewed"}';

test.each([
  ["an hour", () => Date.now() + HOUR_MILLIS],
  ["seventy years", () => FAR_AHEAD_UNIX_MILLIS],
])("a clock that is %s ahead leaves the day's budget and everybody's times where they are", async (_how, ahead) => {
  const hub = await startTestHub();
  await tell(hub, { type: "budget_set", data: { kind: "day", limitUsd: 10 } });
  await tell(hub, spent(1, ahead()), { type: "error_raised", timeUnixMillis: ahead(), data: { errorType: "E" } });
  await tell(hub, spent(2, Date.now()));
  expect(await hub.metric(BUDGET)).toBe(3);
  const seen = await hub.metric('agent_last_seen_timestamp_seconds{service="skewed",agent="scribe"}');
  expect(Math.abs((seen ?? 0) - Date.now() / 1_000)).toBeLessThan(10);
  expect(hub.hub.health().errors_last_hour).toBe(1);
});

test("what was dated into the future days ago is not today's after a restart", async () => {
  const hub = await startTestHub();
  await tell(hub, { type: "budget_set", data: { kind: "day", limitUsd: 10 } });
  await tell(hub, spent(4, FAR_AHEAD_UNIX_MILLIS), {
    type: "error_raised",
    timeUnixMillis: FAR_AHEAD_UNIX_MILLIS,
    data: { errorType: "E" },
  });
  await hub.hub.close();
  receivedDaysAgo(hub.data, 2);
  const again = await startTestHub({ data: hub.data });
  expect(await again.metric(BUDGET)).toBe(0);
  expect(again.hub.health().errors_last_hour).toBe(0);
  const seen = await again.metric('agent_last_seen_timestamp_seconds{service="skewed",agent="scribe"}');
  expect(seen).toBeLessThan((Date.now() - DAY_MILLIS) / 1_000);
});

test.each([
  ["an hour behind", () => Date.now() - HOUR_MILLIS],
  ["years ahead", () => FAR_AHEAD_UNIX_MILLIS],
])("work of a service whose clock is %s is abandoned when it falls silent, and not before", async (_how, skewed) => {
  const hub = await startTestHub({ abandonAfterSeconds: 1 });
  await tell(hub, begun(skewed()));
  // A sign of life now and then.
  for (let beat = 0; beat < 6; beat += 1) {
    await sleep(300);
    await tell(hub, { type: "agent_heartbeat", agent: "scribe", timeUnixMillis: skewed(), data: {} });
    expect(await hub.metric(IN_PROGRESS)).toBe(1);
  }
  await until("the handoff to be abandoned", async () => ((await hub.metric(IN_PROGRESS)) === 0 ? true : undefined));
});

test("work is not abandoned because nobody listened for a while", async () => {
  const hub = await startTestHub({ abandonAfterSeconds: 2 });
  await tell(hub, begun(Date.now()));
  await hub.hub.close();
  await sleep(2_100);
  const again = await startTestHub({ data: hub.data, abandonAfterSeconds: 2 });
  await sleep(900);
  expect(await again.metric(IN_PROGRESS)).toBe(1);
  await until("the handoff to be abandoned", async () => ((await again.metric(IN_PROGRESS)) === 0 ? true : undefined));
});

test("times that cannot be are refused, of events and of spans, and their neighbours are kept", async () => {
  const hub = await startTestHub();
  const times = [5, Date.UTC(1999, 11, 31), Date.UTC(2100, 0), -1, 1.5, Number.MAX_SAFE_INTEGER];
  for (const timeUnixMillis of times) {
    const response = await fetch(`${hub.hub.url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([spent(1, timeUnixMillis), spent(1, Date.now())].map((event) => ({ source: "s", ...event }))),
    });
    expect(await response.json(), `${timeUnixMillis}`).toMatchObject({ accepted: 1, rejected: 1 });
    const nanos = `${Math.max(1, Math.floor(timeUnixMillis))}000000`;
    const spans = [chatSpan({ startTimeUnixNano: nanos, endTimeUnixNano: nanos }), chatSpan()];
    const traces = await fetch(`${hub.hub.url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(tracesRequest(spans)),
    });
    expect(await traces.json(), `${timeUnixMillis}`).toMatchObject({ partialSuccess: { rejectedSpans: "1" } });
  }
  expect((await hub.hub.query({ types: ["model_called"] })).events).toHaveLength(2 * times.length);
});

/** Moves everything in the file back, as if the hub had heard of it then. */
function receivedDaysAgo(data: string, days: number): void {
  const database = connect(join(data, "events.db"), { fileMustExist: true });
  database.exec(`UPDATE events SET received_unix_millis = received_unix_millis - ${days * DAY_MILLIS}`);
  database.close();
  // What was folded before is of a past that was another one.
  rmSync(snapshotPathOf(data));
}
