import { readdirSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { exportInThread } from "../../src/export/export-in-thread.ts";
import { someEvents } from "../helpers/events.ts";
import { exported, oneOfEach, storeOf } from "./stored.ts";

/** Files below a folder that this process, with all its threads, has open. */
function openFilesIn(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    const path = linkTarget(`/proc/self/fd/${fd}`);
    return path.startsWith(folder) ? [path] : [];
  });
}

function linkTarget(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // The listing itself was open while it was made.
    return "";
  }
}

test("a thread writes the same bytes, and says how many events they hold", async () => {
  const events = [...oneOfEach(), ...someEvents(1_000)];
  const location = await storeOf(events);
  for (const format of ["jsonl", "parquet"] as const) {
    const request = { location, format, selection: {}, version: "1.2.3" };
    const parts: Uint8Array[] = [];
    let count = 0;
    for await (const step of exportInThread(request)) {
      parts.push(step.bytes);
      count = step.events;
    }
    expect(count).toBe(events.length);
    expect(Buffer.concat(parts).equals(exported(request))).toBe(true);
  }
});

test("events as large as any are kept do not exhaust the thread's memory", async () => {
  const attributes = Object.fromEntries(Array.from({ length: 64 }, (_, place) => [`a${place}`, "ж".repeat(4_096)]));
  const location = await storeOf(someEvents(260).map((event) => ({ ...event, attributes })));
  let count = 0;
  for await (const { events } of exportInThread({ location, format: "jsonl", selection: {}, version: "1.2.3" })) count = events;
  expect(count).toBe(260);
}, 30_000);

test("whoever stops in the middle leaves no thread behind", async () => {
  const location = await storeOf(someEvents(1_000));
  const steps = exportInThread({ location, format: "jsonl", selection: {}, version: "1.2.3" });
  await steps.next();
  expect(openFilesIn(location)).not.toEqual([]);
  await steps.return();
  expect(openFilesIn(location)).toEqual([]);
  expect(await steps.next()).toEqual({ done: true, value: undefined });
});

test("a store that is not there is told in a sentence", async () => {
  const steps = exportInThread({ location: "/nowhere/at-all", format: "jsonl", selection: {}, version: "1.2.3" });
  await expect(steps.next()).rejects.toThrow("There is no event store at /nowhere/at-all/events.db.");
});
