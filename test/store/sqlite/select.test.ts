import { join } from "node:path";
import { expect, it } from "vitest";
import type { EventQuery } from "../../../src/store/event-store.ts";
import { openForWriting } from "../../../src/store/sqlite/open-database.ts";
import { selectEvents, selectRangeOfTimes } from "../../../src/store/sqlite/select.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const everything = { first: 1, last: Number.MAX_SAFE_INTEGER };

it.each<[EventQuery, string]>([
  [{}, "PRIMARY KEY"],
  [{ order: "newest-first", sources: ["a"] }, "PRIMARY KEY"],
  [{ types: ["agent_started"] }, "events_type"],
  [{ types: ["agent_started", "agent_completed"], order: "newest-first" }, "events_type"],
  [{ agents: ["a", "b", "c"], sinceUnixMillis: 5 }, "events_agent"],
  [{ agents: Array.from({ length: 100 }, (_, index) => `agent-${index}`) }, "PRIMARY KEY"],
  [{ sessionId: "s", types: ["agent_started"], agents: ["a"] }, "events_session"],
  [{ workflowId: "w", sessionId: "s", sources: ["a", "b"] }, "events_workflow"],
  [{ taskId: "t", workflowId: "w" }, "events_task"],
  [{ traceId: "t", untilUnixMillis: 5, types: ["agent_started"] }, "events_trace"],
])("reads %j in order by %s, and sorts nothing", (query, index) => {
  const database = openForWriting(join(temporaryFolder(), "events.db"));
  const select = selectEvents(query, everything, 10);
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${select?.text}`).all(...(select?.values ?? [])) as { detail: string }[];
  database.close();
  const lookups = plan.map(({ detail }) => detail).filter((detail) => /\bevents\b/.test(detail));
  expect(lookups.length).toBeGreaterThan(0);
  for (const lookup of lookups) expect(lookup).toMatch(new RegExp(`^SEARCH events USING .*${index}`));
  expect(plan.map(({ detail }) => detail).join("\n")).not.toContain("TEMP B-TREE FOR ORDER BY");
});

it("finds where moments lie in the log by the index on time alone", () => {
  const database = openForWriting(join(temporaryFolder(), "events.db"));
  const select = selectRangeOfTimes({ sinceUnixMillis: 5 });
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${select?.text}`).all(...(select?.values ?? [])) as { detail: string }[];
  database.close();
  expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH events USING COVERING INDEX events_time/)]);
});
