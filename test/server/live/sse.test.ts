import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { watchSse } from "../../support/live-clients.ts";
import { startLive } from "../../support/live-server.ts";
import { until } from "../../support/until.ts";

const STREAM = "/api/cato/events/stream";

test("an observatory gets who it is and then every event, in the shape that it reads", async () => {
  const live = await startLive();
  const watcher = await watchSse(live.url);
  const { headers } = watcher.response;
  expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-cache, no-transform");
  expect(headers.get("x-accel-buffering")).toBe("no");
  expect(headers.get("connection")).toBe("keep-alive");
  // Pages of other origins may not read what agents do.
  expect(headers.get("access-control-allow-origin")).toBeNull();
  expect(await watcher.told("type")).toEqual({ type: "connected", subscriber_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  const event = complete({ type: "task_assigned", agent: "scribe", taskId: "T-1", data: { taskType: "write", reason: "free" } });
  await live.publish([event]);
  await watcher.reached(1);
  expect(watcher.messages[1]).toEqual({
    event_type: "task_assigned",
    event_data: { taskType: "write", reason: "free" },
    metadata: { id: event.id, seq: 1, service: "shop", agent: "scribe", task_id: "T-1" },
    timestamp: new Date(event.timeUnixMillis).toISOString(),
  });
});

test("a text with line ends in it stays one message", async () => {
  const live = await startLive();
  const watcher = await watchSse(live.url);
  await watcher.told("type");
  await live.publish([
    complete({ type: "error_raised", agent: "a", data: { errorType: "x", errorMessage: "one\n\ndata: two\r\nthree" } }),
  ]);
  await watcher.reached(1);
  expect(watcher.messages[1]?.event_data).toMatchObject({ errorMessage: "one\n\ndata: two\r\nthree" });
});

test("whoever connects again with Last-Event-ID goes on where it was, also if it had no event yet", async () => {
  const live = await startLive();
  await live.publish(10);
  const first = await watchSse(live.url);
  await first.told("type");
  expect(first.lastEventId).toBe("10");
  await live.publish(5);
  await first.reached(15);
  expect(first.lastEventId).toBe("15");
  await live.publish(700);
  const again = await watchSse(live.url, "", { headers: { "Last-Event-ID": "12" } });
  await again.reached(715);
  await live.publish(3);
  await again.reached(718);
  expect(again.seqs).toEqual(live.log.slice(12).map(({ seq }) => seq));
  const byQuery = await watchSse(live.url, "?last_event_id=716");
  await byQuery.reached(718);
  expect(byQuery.seqs).toEqual([717, 718]);
});

test("the query filters, and since begins with a moment, however it was written", async () => {
  const live = await startLive();
  const at = (hour: number) => Date.UTC(2026, 10, 20, hour);
  await live.publish([
    complete({ type: "agent_heartbeat", agent: "scribe", timeUnixMillis: at(10), data: {} }),
    complete({ type: "agent_started", agent: "scribe", timeUnixMillis: at(11), data: {} }),
    complete({ type: "error_raised", agent: "critic", timeUnixMillis: at(12), data: { errorType: "x" } }),
    complete({ type: "agent_started", agent: "critic", timeUnixMillis: at(13), data: {} }),
  ]);
  const queries: [string, number[]][] = [
    ["?since=2026-11-20T11:00:00Z", [2, 3, 4]],
    ["?since=2026-11-20T12:00:00%2B01:00", [2, 3, 4]],
    // As a URL has a plus sign that nobody escaped, and as Python writes a moment without a zone.
    ["?since=2026-11-20T12:00:00+01:00", [2, 3, 4]],
    ["?since=2026-11-20T11:00:00.001000", [3, 4]],
    ["?since=2026-11-20", [1, 2, 3, 4]],
    ["?since=2026-11-20&event_types=agent_started,error_raised&agents=critic", [3, 4]],
    ["?since=2026-11-20&event_types=agent_started&event_types=error_raised&agents=critic", [3, 4]],
    ["?since=2026-11-20&event_types=&agents=scribe", [1, 2]],
    ["?since=2026-11-20&severity=warning", [3]],
    ["?since=2026-11-20&services=shop&token=secret", [1, 2, 3, 4]],
  ];
  for (const [query, seqs] of queries) {
    const watcher = await watchSse(live.url, query);
    await watcher.reached(seqs.at(-1) as number);
    expect([query, watcher.seqs]).toEqual([query, seqs]);
  }
});

test.each([
  ["?event_types=nothing", 'event_types: names "nothing", which is no event type; docs/reference/events.md lists them'],
  ["?severity=bad", "severity: has to be one of info, warning, error, critical"],
  ["?since=yesterday", "since: has to be a moment by ISO 8601, such as 2026-11-20T12:00:00Z"],
  ["?last_event_id=x", "last_event_id: has to be the id of an event"],
  [
    "?typo=1",
    "typo: is not known here; there are event_types, agents, workflows, sessions, services, severity, since, last_event_id and token",
  ],
])("%s is refused with what is wrong", async (query, detail) => {
  const live = await startLive();
  const response = await fetch(`${live.url}${STREAM}${query}`);
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 400, detail });
  expect(live.told.watched).toBe(0);
});

test("parameters that are left empty ask for nothing: what comes from now on is sent", async () => {
  const live = await startLive();
  await live.publish(10);
  const watcher = await watchSse(live.url, "?last_event_id=&since=&severity=&agents=");
  await watcher.told("type");
  await live.publish(1);
  await watcher.reached(11);
  expect(watcher.seqs).toEqual([11]);
});

test("where the store cannot be read, that is the answer", async () => {
  const live = await startLive({
    slowReads: async () => {
      throw new Error("disk full");
    },
  });
  const response = await fetch(`${live.url}${STREAM}?since=2026-11-20`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ detail: "events cannot be read at the moment" });
});

test("comments keep a quiet stream open, and change nothing for who reads it", async () => {
  const live = await startLive({ keepAliveMillis: 20 });
  const watcher = await watchSse(live.url);
  await until("some comments", () => watcher.text.split(": keep-alive\n\n").length > 4);
  expect(watcher.messages).toHaveLength(1);
});

test("whoever goes away is forgotten, also while the store was still asked", async () => {
  const half = Promise.withResolvers<void>();
  let asked = false;
  const live = await startLive({
    slowReads: () => {
      asked = true;
      return half.promise;
    },
  });
  for (const path of [STREAM, `${STREAM}?since=2026-11-20`]) {
    const sent = request(`${live.url}${path}`).end();
    sent.on("error", () => undefined);
    await until("the watcher or the question", () => live.told.watched === 1 || asked);
    sent.destroy();
    await until("no watcher", () => live.told.watched === 0);
  }
  await sleep(50);
  half.resolve();
  await sleep(50);
  expect(live.told.watched).toBe(0);
});

test("HEAD asks for no events", async () => {
  const live = await startLive();
  const response = await fetch(`${live.url}${STREAM}`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(live.told.watched).toBe(0);
});

test("the end of the hub ends the stream, with a goodbye and at once", async () => {
  const live = await startLive();
  const watcher = await watchSse(live.url);
  await watcher.told("type");
  await live.publish(10);
  const startedMillis = performance.now();
  await live.stop();
  await watcher.ended;
  expect(performance.now() - startedMillis).toBeLessThan(2_000);
  expect(watcher.seqs).toHaveLength(10);
  expect(watcher.notices.at(-1)).toEqual({ closed: "the hub is going away" });
});

test("whoever comes while the stream is closing is told so, and keeps nobody waiting", async () => {
  const live = await startLive();
  await live.publish(3);
  await live.stream.close();
  for (const query of ["", "?last_event_id=1", "?since=2020-01-01"]) {
    const late = await watchSse(live.url, query);
    await late.ended;
    expect(late.notices).toContainEqual({ closed: "the hub is going away" });
  }
  await live.stop();
  expect(live.told.watched).toBe(0);
});
