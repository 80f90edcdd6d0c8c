import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentEvent, EventInput } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { complete, NOON, timeline } from "../helpers/events.ts";

type Step = readonly [atSeconds: number, input: EventInput];

const agent = "scribe";
const run = (operationId: string): EventInput => ({ type: "agent_started", agent, operationId, data: {} });
const ran = (operationId: string, durationSeconds = 1): EventInput => ({
  type: "agent_completed",
  agent,
  operationId,
  data: { outcome: "success", durationSeconds },
});
const called = (durationSeconds: number): EventInput => ({
  type: "model_called",
  agent,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds },
});
const heartbeat: EventInput = { type: "agent_heartbeat", agent, data: {} };

function stateAfter(events: readonly AgentEvent[]): FleetState {
  const state = new FleetState();
  for (const event of events) state.apply(event);
  return state;
}

/** Seconds at work of the only agent, asked at the given time. */
function takeSeconds(state: FleetState, atSeconds: number): number {
  const [entry] = state.roster.all();
  return entry === undefined ? 0 : state.roster.takeActiveSeconds(entry, NOON + atSeconds * 1_000);
}

function activeSeconds(atSeconds: number, ...steps: readonly Step[]): number {
  return takeSeconds(stateAfter(timeline(...steps)), atSeconds);
}

describe("agent roster", () => {
  it("lists who has a run or a task, by name, once", () => {
    const task: EventInput = { type: "task_assigned", agent: "critic", taskId: "T-1", data: { taskType: "fix" } };
    const state = stateAfter(timeline([0, run("1")], [1, run("2")], [2, task], [3, heartbeat]));
    expect(state.roster.active).toEqual(["scribe", "critic"]);
    for (const event of timeline([4, ran("1")], [5, ran("2")])) state.apply(event);
    expect(state.roster.active).toEqual(["critic"]);
  });

  it("does not count a handoff or a milestone as an agent's own time", () => {
    const handoff: EventInput = {
      type: "handoff_started",
      agent,
      operationId: "1",
      data: { fromAgent: agent, toAgent: "critic" },
    };
    const milestone: EventInput = { type: "milestone_started", agent, operationId: "2", data: { milestoneType: "purchase" } };
    expect(activeSeconds(10, [0, handoff], [1, milestone])).toBe(0);
  });

  it("takes an alert about an agent for no sign of its life", () => {
    const alert: EventInput = { type: "alert_fired", agent, data: { alert: "AgentSilent" } };
    const [entry] = stateAfter(timeline([0, heartbeat], [60, alert])).roster.all();
    expect(entry?.lastSeenMillis).toBe(NOON);
    expect([...stateAfter(timeline([0, alert])).roster.all()]).toEqual([]);
  });

  it("keeps agents of different services apart that share a name", () => {
    const state = stateAfter(timeline([0, run("1")], [0, { ...heartbeat, source: "warehouse" }]));
    expect([...state.roster.all()].map(({ source, open }) => [source, open])).toEqual([
      ["shop", 1],
      ["warehouse", 0],
    ]);
  });

  it("remembers the role that was told last, also when later events say none", () => {
    const registered = (role: string): EventInput => ({ type: "agent_registered", agent, data: { role } });
    const state = stateAfter(timeline([0, registered("writer")], [1, run("1")], [2, registered("editor")], [3, heartbeat]));
    expect([...state.roster.all()][0]?.role).toBe("editor");
  });

  it("was last seen at its latest event, whatever order they are delivered in", () => {
    const state = stateAfter(timeline([10, heartbeat], [5, heartbeat]));
    expect([...state.roster.all()][0]?.lastSeenMillis).toBe(NOON + 10_000);
  });

  it("follows no more agents than it has room for", () => {
    const state = new FleetState();
    for (let index = 0; index < 20_000; index += 1) state.apply(complete({ ...heartbeat, agent: `agent-${index}` }));
    expect([...state.roster.all()].length).toBeLessThanOrEqual(5_000);
  });

  describe("time at work", () => {
    it("is the time between start and end", () => {
      expect(activeSeconds(100, [0, run("1")], [7, ran("1")])).toBe(7);
    });

    it("grows while the agent is at work, each second once", () => {
      const state = stateAfter(timeline([0, run("1")]));
      expect(takeSeconds(state, 3)).toBe(3);
      expect(takeSeconds(state, 3)).toBe(0);
      expect(takeSeconds(state, 5)).toBe(2);
      state.apply(complete({ ...ran("1"), timeUnixMillis: NOON + 6_000 }));
      expect(takeSeconds(state, 60)).toBe(1);
    });

    it("counts overlapping work once", () => {
      expect(activeSeconds(100, [0, run("1")], [2, run("2")], [5, ran("1")], [9, ran("2")])).toBe(9);
    });

    it("leaves out the time between two pieces of work", () => {
      expect(activeSeconds(100, [0, run("1")], [2, ran("1")], [10, run("2")], [13, ran("2")])).toBe(5);
    });

    it("does not begin before the work does, however long the agent was known before", () => {
      expect(activeSeconds(100, [0, heartbeat], [50, run("1")], [53, ran("1")])).toBe(3);
    });

    it("covers what is told inside a run", () => {
      expect(activeSeconds(100, [0, run("1")], [4, called(3)], [6, ran("1")])).toBe(6);
    });

    it.each([
      ["a model call", called(4)],
      ["a tool call", { type: "tool_called", agent, data: { tool: "edit", outcome: "success", durationSeconds: 4 } }],
      ["a decision", { type: "decision_made", agent, data: { decisionType: "approval", durationSeconds: 4 } }],
      ["a run whose start nobody told", ran("never started", 4)],
      [
        "a task whose start nobody told",
        { type: "task_completed", taskId: "T-1", agent, data: { taskType: "fix", durationSeconds: 4 } },
      ],
    ] satisfies readonly (readonly [string, EventInput])[])("counts %s that is told after the fact", (_what, input) => {
      expect(activeSeconds(100, [10, input])).toBe(4);
    });

    it("counts after-the-fact work that overlaps once", () => {
      expect(activeSeconds(100, [10, called(10)], [12, called(6)])).toBe(12);
    });

    it("is not taken away by a sign of life in the middle of a call", () => {
      expect(activeSeconds(100, [9, heartbeat], [10, called(10)])).toBe(10);
    });

    it("goes to the agent that had the task, not to the one that tells its end", () => {
      const task: EventInput = { type: "task_assigned", agent, taskId: "T-1", data: { taskType: "fix" } };
      const told: EventInput = {
        type: "task_completed",
        agent: "critic",
        taskId: "T-1",
        data: { taskType: "fix", durationSeconds: 5 },
      };
      const state = stateAfter(timeline([0, task], [5, told]));
      const seconds = [...state.roster.all()].map((entry) => [entry.agent, state.roster.takeActiveSeconds(entry, NOON + 60_000)]);
      expect(seconds).toEqual([
        ["scribe", 5],
        ["critic", 0],
      ]);
    });

    it("is exactly the time covered by work that was seen to begin and to end", () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(100), fc.nat(50)), { minLength: 1, maxLength: 12 }), (pieces) => {
          const steps = pieces
            .flatMap(([from, length], index): Step[] => [
              [from, run(`${index}`)],
              [from + length, ran(`${index}`, length)],
            ])
            .toSorted(([one], [other]) => one - other);
          // An end sorts behind its own start, as the sort is stable.
          expect(activeSeconds(1_000, ...steps)).toBe(covered(pieces.map(([from, length]) => [from, from + length])));
        }),
      );
    });

    it("is never more than the time covered by any work, whatever is told and whenever it is asked for", () => {
      const step = fc.record({
        what: fc.constantFrom("start", "end", "call", "heartbeat", "ask"),
        id: fc.constantFrom("1", "2"),
        waitSeconds: fc.nat(5),
        durationSeconds: fc.nat(20),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const state = new FleetState();
          const spans: [number, number][] = [];
          const open = new Map<string, number>();
          let now = 0;
          let taken = 0;
          for (const { what, id, waitSeconds, durationSeconds } of steps) {
            now += waitSeconds;
            if (what === "ask") taken += takeSeconds(state, now);
            const input = {
              start: run(id),
              end: ran(id, durationSeconds),
              call: called(durationSeconds),
              heartbeat,
              ask: heartbeat,
            }[what];
            if (what === "start") {
              if (open.has(id)) spans.push([open.get(id) ?? 0, now]);
              open.set(id, now);
            } else if (what === "end" && open.has(id)) {
              spans.push([open.get(id) ?? 0, now]);
              open.delete(id);
            } else if (what === "end" || what === "call") spans.push([now - durationSeconds, now]);
            state.apply(complete({ ...input, timeUnixMillis: NOON + now * 1_000 }));
          }
          taken += takeSeconds(state, now);
          expect(taken).toBeLessThanOrEqual(
            covered([...spans, ...[...open.values()].map((from): [number, number] => [from, now])]) + 1e-6,
          );
        }),
      );
    });
  });
});

/** How much of the line the intervals cover. */
function covered(intervals: readonly (readonly [from: number, to: number])[]): number {
  let sum = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of intervals.toSorted(([one], [other]) => one - other)) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}
