import { expect, test } from "vitest";
import { ExportJob } from "../../src/export/export-job.ts";
import type { Selection } from "../../src/export/selection.ts";
import { openStore } from "../../src/store/open-store.ts";
import { complete, NOON } from "../helpers/events.ts";
import { exported, oneOfEach, storedIn, storeOf } from "./stored.ts";

/** 1,000 events of four agents, one a second, the last ten of them told late. */
function thousand() {
  return Array.from({ length: 1_000 }, (_, index) => {
    const at = index < 990 ? index : index - 500;
    return complete({
      type: index % 3 === 0 ? "agent_heartbeat" : "agent_started",
      agent: `agent-${index % 4}`,
      ...(index % 5 === 0 ? { sessionId: "session-1" } : {}),
      ...(index % 7 === 0 ? { workflowId: "run-1" } : {}),
      timeUnixMillis: NOON + at * 1_000,
      data: {},
    });
  });
}

function linesOf(location: string, selection: Selection): unknown[] {
  const text = exported({ location, format: "jsonl", selection }).toString("utf8");
  return text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
}

test("every event comes back from JSONL as the store has it", async () => {
  const location = await storeOf(oneOfEach());
  expect(linesOf(location, {})).toEqual(storedIn(location));
});

test.each<[string, Selection]>([
  ["types", { types: ["agent_heartbeat"] }],
  ["agents", { agents: ["agent-1", "agent-2"] }],
  ["a session", { sessionId: "session-1" }],
  ["a workflow", { workflowId: "run-1" }],
  ["a time, across pages and with late events", { sinceUnixMillis: NOON + 480_000, untilUnixMillis: NOON + 985_000 }],
  ["all at once", { types: ["agent_started"], agents: ["agent-1"], sessionId: "session-1", sinceUnixMillis: NOON + 5_000 }],
  ["a service that is not there", { sources: ["nobody"] }],
  ["an empty list, which nothing matches", { types: [] }],
])("what is selected by %s is what the store answers", async (_, selection) => {
  const location = await storeOf(thousand());
  const all = storedIn(location);
  const wanted = all.filter(
    ({ type, agent, source, sessionId, workflowId, timeUnixMillis }) =>
      (selection.types?.includes(type) ?? true) &&
      (selection.agents?.includes(agent ?? "") ?? true) &&
      (selection.sources?.includes(source) ?? true) &&
      (selection.sessionId === undefined || selection.sessionId === sessionId) &&
      (selection.workflowId === undefined || selection.workflowId === workflowId) &&
      timeUnixMillis >= (selection.sinceUnixMillis ?? 0) &&
      timeUnixMillis < (selection.untilUnixMillis ?? Number.POSITIVE_INFINITY),
  );
  expect(linesOf(location, selection)).toEqual(wanted);
});

test("an export of a store that is being written to holds what was there when it began, and ends", async () => {
  const location = await storeOf(thousand());
  const before = storedIn(location);
  const store = await openStore(location);
  const job = new ExportJob({ location, selection: {}, format: "jsonl", version: "1.2.3" });
  const parts: Uint8Array[] = [];
  try {
    for (let step = job.next(); step !== undefined; step = job.next()) {
      parts.push(step.bytes);
      // More than one page is kept for each page that is read: an export that ran after them would never end.
      await store.append(thousand());
    }
  } finally {
    job.close();
    await store.close();
  }
  const lines = Buffer.concat(parts).toString("utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(before);
});

test("a store that is not there is told in a sentence", () => {
  const request = { location: "/nowhere/at-all", format: "jsonl" } as const;
  expect(() => exported(request)).toThrow("There is no event store at /nowhere/at-all/events.db.");
});
