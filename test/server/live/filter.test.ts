import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { severityLevels, severityOf } from "../../../src/events/severity.ts";
import type { EventInput, StoredEvent } from "../../../src/events/types.ts";
import { compileFilter, filterSchema } from "../../../src/server/live/filter.ts";
import { complete } from "../../helpers/events.ts";
import { watch, watchSse } from "../../support/live-clients.ts";
import { startLive } from "../../support/live-server.ts";

function stored(input: EventInput): StoredEvent {
  return { ...complete(input), seq: 1, receivedUnixMillis: 0 };
}

const heartbeat = stored({
  type: "agent_heartbeat",
  agent: "scribe",
  workflowId: "W-1",
  sessionId: "S-1",
  source: "shop",
  data: {},
});
const handoff = stored({
  type: "handoff_completed",
  agent: "scribe",
  data: { fromAgent: "scribe", toAgent: "critic", outcome: "timeout", durationSeconds: 1 },
});
const coordination = stored({ type: "agents_coordinated", data: { pattern: "parallel", agents: ["scribe", "router"] } });
const failure = stored({
  type: "failure_recorded",
  agent: "critic",
  data: { failureType: "crash", component: "db", recoveryAttempted: false },
});

function matches(filter: object, event: StoredEvent): boolean {
  return compileFilter(filterSchema.parse(filter)).matches(event);
}

describe("a filter", () => {
  test.each<[object, StoredEvent, boolean]>([
    [{}, heartbeat, true],
    [{ types: ["agent_heartbeat"] }, heartbeat, true],
    [{ types: ["agent_started", "task_queued"] }, heartbeat, false],
    [{ types: [] }, heartbeat, false],
    [{ agents: ["scribe"] }, heartbeat, true],
    [{ agents: ["critic"] }, heartbeat, false],
    [{ agents: ["critic"] }, handoff, true],
    [{ agents: ["router"] }, handoff, false],
    [{ agents: ["router"] }, coordination, true],
    [{ agents: ["critic"] }, coordination, false],
    [{ workflows: ["W-1"] }, heartbeat, true],
    [{ workflows: ["W-1"] }, handoff, false],
    [{ sessions: ["S-2", "S-1"] }, heartbeat, true],
    [{ services: ["shop"] }, heartbeat, true],
    [{ services: ["billing"] }, heartbeat, false],
    [{ severity: "info" }, heartbeat, true],
    [{ severity: "warning" }, heartbeat, false],
    [{ severity: "warning" }, handoff, true],
    [{ severity: "error" }, failure, true],
    [{ severity: "critical" }, failure, false],
    [
      { agents: ["scribe"], workflows: ["W-1"], sessions: ["S-1"], services: ["shop"], types: ["agent_heartbeat"] },
      heartbeat,
      true,
    ],
    [{ agents: ["scribe"], workflows: ["W-2"] }, heartbeat, false],
  ])("%j asks for all that it names", (filter, event, expected) => {
    expect(matches(filter, event)).toBe(expected);
  });

  test("wants all conditions at once, whichever they are", () => {
    const some = <T>(...values: T[]) => fc.option(fc.subarray(values), { nil: undefined });
    const conditions = fc.record({
      types: some("agent_heartbeat", "handoff_completed", "agents_coordinated", "failure_recorded"),
      agents: some("scribe", "critic", "router"),
      workflows: some("W-1", "W-2"),
      sessions: some("S-1"),
      services: some("shop"),
      severity: fc.option(fc.constantFrom(...severityLevels), { nil: undefined }),
    });
    fc.assert(
      fc.property(conditions, fc.constantFrom(heartbeat, handoff, coordination, failure), (given, event) => {
        const each = Object.entries(given).filter(([, value]) => value !== undefined);
        expect(matches(given, event)).toBe(each.every(([name, value]) => matches({ [name]: value }, event)));
      }),
    );
  });

  test("is the same as another that lets the same through, so that what one gets is written for both", () => {
    const key = (filter: object) => compileFilter(filterSchema.parse(filter)).key;
    expect(key({ types: ["task_queued", "task_failed"] })).toBe(key({ types: ["task_failed", "task_queued", "task_failed"] }));
    expect(key({ types: ["task_queued"] })).not.toBe(key({ agents: ["task_queued"] }));
    expect(key({ agents: ["a,b"] })).not.toBe(key({ agents: ["a", "b"] }));
    expect(key({ types: [] })).not.toBe(key({}));
  });

  test("takes severity for what it is everywhere", () => {
    expect([heartbeat, handoff, failure].map(severityOf)).toEqual(["info", "error", "error"]);
  });
});

/** Names by which observatories know types. */
const otherNames = ["task_assignment", "decision_point", "agent_coordination", "validation_complete"];
const inputs = [
  complete({ type: "agents_coordinated", data: { pattern: "parallel", agents: ["scribe", "router"] } }),
  complete({ type: "task_assigned", agent: "scribe", taskId: "T-1", data: { taskType: "write" } }),
  complete({ type: "decision_made", agent: "critic", data: { decisionType: "approval" } }),
  complete({ type: "validation_completed", agent: "critic", data: { outcome: "failed" } }),
  complete({ type: "agent_heartbeat", agent: "scribe", data: {} }),
];

test("both streams know the types by the names that other systems have for them", async () => {
  const live = await startLive();
  const socket = await watch(live.url);
  socket.say({ subscribe: { types: otherNames } });
  expect((await socket.told("subscribed")).subscribed).toEqual({
    types: ["task_assigned", "decision_made", "agents_coordinated", "validation_completed"],
  });
  const sse = await watchSse(live.url, `?event_types=${otherNames.slice(0, 2)}&event_types=${otherNames.slice(2)}`);
  await sse.told("type");
  await live.publish(inputs);
  await Promise.all([socket.reached(4), sse.reached(4)]);
  expect([socket.seqs, sse.seqs]).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ]);
});

test("a new filter takes the place of the old one, from the seq on that the answer names", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  watcher.say({ subscribe: { agents: ["critic"] } });
  expect(await watcher.told("subscribed")).toEqual({ subscribed: { agents: ["critic"] }, seq: 0 });
  await live.publish(inputs);
  await watcher.reached(4);
  watcher.say({ subscribe: { severity: "warning", agents: ["critic"] } });
  await watcher.told("subscribed", 2);
  await live.publish(inputs.map((input, index) => ({ ...input, id: `again-${index}` })));
  await watcher.reached(9);
  watcher.say({ subscribe: {} });
  await watcher.told("subscribed", 3);
  await live.publish(1);
  await watcher.reached(11);
  expect(watcher.seqs).toEqual([3, 4, 9, 11]);
  expect(watcher.notices.map(({ seq }) => seq)).toEqual([0, 5, 10]);
});
