import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parquetMetadata } from "hyparquet";
import { expect, test } from "vitest";
import { exported, oneOfEach } from "../../export/stored.ts";
import { someEvents } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";
import { documentOf, expectDocumented } from "../../support/openapi.ts";

/** Some fifty kilobytes each: more than what connections hold that nobody reads from. */
function largeEvents(count: number) {
  const attributes = Object.fromEntries(Array.from({ length: 12 }, (_, place) => [`a${place}`, "a".repeat(4_000)]));
  return someEvents(count).map((event) => ({ ...event, attributes }));
}

test.each([
  ["jsonl", "application/x-ndjson"],
  ["csv", "text/csv; charset=utf-8; header=present"],
  ["parquet", "application/vnd.apache.parquet"],
] as const)("%s comes as a file with its type and a name", async (format, type) => {
  const { hub, data } = await startTestHub();
  const events = oneOfEach();
  await hub.accept(events);
  const response = await fetch(`${hub.url}/api/export?format=${format}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(type);
  expect(response.headers.get("content-disposition")).toMatch(
    new RegExp(`^attachment; filename="crowsnest-events-\\d{8}T\\d{6}Z\\.${format}"$`),
  );
  await expectDocumented(await documentOf(hub.url), response.clone());
  const body = Buffer.from(await response.arrayBuffer());
  if (format === "parquet") expect(Number(parquetMetadata(new Uint8Array(body).buffer).num_rows)).toBe(events.length);
  else expect(body.equals(exported({ location: data, format }))).toBe(true);
});

test("it selects events as the search for events does", async () => {
  const { hub } = await startTestHub();
  await hub.accept(oneOfEach());
  const query =
    "types=task_failed,task_completed&agents=scribe&session=session-1&workflow=run-1&since=2025-03-04&until=2025-03-05";
  const found = (await (await fetch(`${hub.url}/api/events?${query}&order=oldest-first`)).json()) as { events: unknown[] };
  expect(found.events).toHaveLength(2);
  const lines = (await (await fetch(`${hub.url}/api/export?${query}`)).text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(found.events);
});

test.each([
  ["format=xls", "format"],
  ["types=task_eaten", "types"],
  ["since=yesterday", "since"],
  ["limit=3", "limit"],
])("%s is refused with a problem that names the parameter", async (query, parameter) => {
  const { hub } = await startTestHub();
  const response = await fetch(`${hub.url}/api/export?${query}`);
  expect(response.status).toBe(400);
  expect(await expectDocumented(await documentOf(hub.url), response)).toMatchObject({ errors: [{ parameter }] });
});

test("a slow client is waited for, others go on meanwhile, and a third export has to come back later", async () => {
  const { hub } = await startTestHub();
  await hub.accept(largeEvents(600));
  const slow = await Promise.all([0, 1].map(() => fetch(`${hub.url}/api/export`)));
  const refused = await fetch(`${hub.url}/api/export`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("10");
  await expectDocumented(await documentOf(hub.url), refused);
  expect((await fetch(`${hub.url}/api/windows`)).status).toBe(200);
  const texts = await Promise.all(slow.map((response) => response.text()));
  for (const text of texts) expect(text.trimEnd().split("\n")).toHaveLength(600);
  expect((await fetch(`${hub.url}/api/export?agents=nobody`)).status).toBe(200);
});

test("a client that goes away frees its place", async () => {
  const { hub } = await startTestHub();
  await hub.accept(largeEvents(300));
  for (let turn = 0; turn < 4; turn += 1) {
    const leaving = new AbortController();
    const response = await fetch(`${hub.url}/api/export`, { signal: leaving.signal });
    expect([200, 503]).toContain(response.status);
    leaving.abort();
  }
  await expect.poll(async () => (await fetch(`${hub.url}/api/export?agents=nobody`)).status, { timeout: 15_000 }).toBe(200);
});

test("a client that goes away before the first bytes leaves no thread behind", async () => {
  const { hub } = await startTestHub();
  await hub.accept(largeEvents(100));
  expect((await fetch(`${hub.url}/api/export?agents=nobody`)).status).toBe(200);
  const openFiles = () => readdirSync("/proc/self/fd").length;
  await expect.poll(async () => (await fetch(`${hub.url}/api/export?agents=nobody`)).status, { timeout: 15_000 }).toBe(200);
  const before = openFiles();
  for (let turn = 0; turn < 12; turn += 1) {
    const leaving = new AbortController();
    const gone = fetch(`${hub.url}/api/export`, { signal: leaving.signal }).catch(() => undefined);
    await delay(20 * (turn % 4));
    leaving.abort();
    await gone;
    await delay(100);
  }
  // Its store, its pipes: every thread has some of its own.
  await expect.poll(openFiles, { timeout: 15_000 }).toBeLessThanOrEqual(before + 2);
});
