import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentEvent, EventInput } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { complete, NOON, timeline } from "../helpers/events.ts";

const handoff = { fromAgent: "scribe", toAgent: "critic" };
const ended = { outcome: "success", durationSeconds: 1 } as const;

const started = (operationId: string): EventInput => ({ type: "handoff_started", operationId, data: handoff });
const completed = (operationId: string): EventInput => ({
  type: "handoff_completed",
  operationId,
  data: { ...handoff, ...ended },
});
const assigned = (taskId: string, agent: string): EventInput => ({
  type: "task_assigned",
  taskId,
  agent,
  data: { taskType: "fix" },
});
const done = (taskId: string): EventInput => ({ type: "task_completed", taskId, data: { taskType: "fix", durationSeconds: 1 } });

/** The state after events a second apart. */
function stateAfter(...inputs: readonly EventInput[]): FleetState {
  const state = new FleetState();
  for (const event of timeline(...inputs.map((input, index) => [index, input] as const))) {
    state.apply(event, event.timeUnixMillis);
  }
  return state;
}

/** What is open: its kind and when it began, in seconds after noon. */
function openIn(state: FleetState): string[] {
  return [...state.operations.all()].map(({ kind, start }) => `${kind} ${(start.timeUnixMillis - NOON) / 1_000}`);
}

describe("open operations", () => {
  it.each([
    ["handoff", started("1"), completed("1")],
    ["task", assigned("T-1", "scribe"), done("T-1")],
    ["task", assigned("T-1", "scribe"), { type: "task_failed", taskId: "T-1", data: { taskType: "fix", durationSeconds: 1 } }],
    [
      "agentRun",
      { type: "agent_started", agent: "scribe", operationId: "1", data: {} },
      { type: "agent_completed", agent: "scribe", operationId: "1", data: ended },
    ],
    [
      "workflow",
      { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } },
      { type: "workflow_completed", workflowId: "W-1", data: { name: "checkout", durationSeconds: 1 } },
    ],
    [
      "workflow",
      { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } },
      { type: "workflow_failed", workflowId: "W-1", data: { name: "checkout", durationSeconds: 1 } },
    ],
    [
      "milestone",
      { type: "milestone_started", operationId: "1", data: { milestoneType: "purchase" } },
      { type: "milestone_completed", operationId: "1", data: { milestoneType: "purchase", durationSeconds: 1 } },
    ],
    [
      "milestone",
      { type: "milestone_started", operationId: "1", data: { milestoneType: "purchase" } },
      { type: "milestone_failed", operationId: "1", data: { milestoneType: "purchase", durationSeconds: 1 } },
    ],
  ] satisfies readonly (readonly [string, EventInput, EventInput])[])(
    "follows a %s from its start to its end (case %#)",
    (kind, start, end) => {
      expect(openIn(stateAfter(start))).toEqual([`${kind} 0`]);
      expect(openIn(stateAfter(start, end))).toEqual([]);
    },
  );

  it("ties a start to its end by span where there is no other id", () => {
    const spanId = "b7ad6b7169203331";
    const start: EventInput = { type: "handoff_started", spanId, data: handoff };
    expect(openIn(stateAfter(start))).toEqual(["handoff 0"]);
    expect(openIn(stateAfter(start, { type: "handoff_completed", spanId, data: { ...handoff, ...ended } }))).toEqual([]);
  });

  it("ends a task or workflow that another service began", () => {
    const elsewhere = { ...done("T-1"), source: "warehouse" };
    expect(openIn(stateAfter(assigned("T-1", "scribe"), elsewhere))).toEqual([]);
  });

  it("does not take the ids that two services count up for the same", () => {
    const state = stateAfter(started("1"), { ...started("1"), source: "warehouse" });
    expect(openIn(state)).toEqual(["handoff 0", "handoff 1"]);
    state.apply(complete({ ...completed("1"), source: "warehouse" }));
    expect(openIn(state)).toEqual(["handoff 0"]);
  });

  it("keeps kinds apart that share an id", () => {
    const state = stateAfter(
      started("1"),
      { type: "agent_started", agent: "scribe", operationId: "1", data: {} },
      completed("1"),
    );
    expect(openIn(state)).toEqual(["agentRun 1"]);
  });

  it("changes nothing at an end without a start", () => {
    expect(openIn(stateAfter(completed("1"), done("T-1")))).toEqual([]);
  });

  it("opens nothing by a start that is told after its end, by another process or out of order", () => {
    const state = new FleetState();
    const [start, end] = timeline([0, assigned("T-1", "scribe")], [1, { ...done("T-1"), agent: "scribe", source: "warehouse" }]);
    for (const event of [end, start]) if (event !== undefined) state.apply(event, NOON + 2_000);
    expect(openIn(state)).toEqual([]);
    expect(state.roster.active).toEqual([]);
    expect([...state.roster.all()].map(({ open }) => open)).toEqual([0, 0]);
  });

  it("opens work that begins again after an end whose start was never told", () => {
    const state = stateAfter(done("T-1"), assigned("T-1", "scribe"));
    expect(openIn(state)).toEqual(["task 1"]);
    expect(state.roster.active).toEqual(["scribe"]);
    state.apply(complete({ ...done("T-1"), timeUnixMillis: NOON + 3_000 }));
    expect([openIn(state), state.roster.active]).toEqual([[], []]);
  });

  it("opens nothing by a start that is told after its end where the sender's clock is ahead, either", () => {
    const state = new FleetState();
    const [start, end] = timeline([60, assigned("T-1", "scribe")], [61, done("T-1")]);
    state.apply(end as AgentEvent, NOON);
    state.apply(start as AgentEvent, NOON + 200);
    expect(openIn(state)).toEqual([]);
  });

  it("does not take the early end of one kind of work for that of another", () => {
    const state = new FleetState();
    const [start, end] = timeline(
      [0, started("1")],
      [1, { type: "agent_completed", agent: "scribe", operationId: "1", data: ended }],
    );
    for (const event of [end, start]) if (event !== undefined) state.apply(event, NOON + 2_000);
    expect(openIn(state)).toEqual(["handoff 0"]);
  });

  it("does not follow what nothing ties to its end", () => {
    expect(openIn(stateAfter({ type: "handoff_started", data: handoff }))).toEqual([]);
  });

  it("lets a second start replace the first, so that one end closes both", () => {
    expect(openIn(stateAfter(started("1"), started("1")))).toEqual(["handoff 1"]);
    expect(openIn(stateAfter(started("1"), started("1"), completed("1")))).toEqual([]);
  });

  it("takes work from the agent that a task is taken from", () => {
    const state = stateAfter(assigned("T-1", "scribe"), assigned("T-1", "critic"));
    expect(state.roster.active).toEqual(["critic"]);
  });

  it("knows the name of a workflow while it runs", () => {
    const start: EventInput = { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } };
    const end: EventInput = { type: "workflow_completed", workflowId: "W-1", data: { name: "checkout", durationSeconds: 1 } };
    expect(stateAfter(start).operations.workflowName("W-1")).toBe("checkout");
    expect(stateAfter(start, end).operations.workflowName("W-1")).toBeUndefined();
    expect(stateAfter(start).operations.workflowName(undefined)).toBeUndefined();
  });

  it("follows no more than it has room for, and gives up the oldest", () => {
    const state = new FleetState();
    for (let id = 0; id < 60_000; id += 1) state.apply(complete({ ...assigned(`T-${id}`, "scribe") }));
    const open = [...state.operations.all()];
    expect(open.length).toBeLessThanOrEqual(50_000);
    expect(open.at(-1)?.start.taskId).toBe("T-59999");
    const [entry] = state.roster.all();
    expect(entry?.open).toBe(open.length);
  });

  it("lets go of what nobody asks of work that stays open", () => {
    const state = new FleetState();
    const attributes = { note: "x".repeat(4_000) };
    const alternatives = ["critic"];
    for (let id = 0; id < 100; id += 1) {
      state.apply(
        complete({ type: "agent_started", agent: "scribe", operationId: `R-${id}`, attributes, data: { tools: ["edit"] } }),
      );
      const data = { taskType: "fix", reason: "least busy", alternatives };
      state.apply(complete({ type: "task_assigned", agent: "scribe", taskId: `T-${id}`, attributes, data }));
    }
    const starts = [...state.operations.all()].map(({ start }) => start);
    expect(starts).toHaveLength(200);
    expect(starts.filter((start) => start.attributes !== undefined).length).toBeLessThan(40);
    expect(starts[0]?.data).toEqual({});
    expect(starts.at(-100)?.data).toEqual({ taskType: "fix" });
  });

  describe("silence", () => {
    const silentAt = (state: FleetState, atSeconds: number) =>
      state.operations.silentSince(NOON + atSeconds * 1_000).map(({ start }) => start.source);

    it("finds work whose service has said nothing since", () => {
      const state = stateAfter(started("1"));
      expect(silentAt(state, 0)).toEqual([]);
      expect(silentAt(state, 0.001)).toEqual(["shop"]);
    });

    it("counts any event of the service as a sign of life, and none of another", () => {
      const alive: EventInput = { type: "measurement_recorded", data: { name: "t", value: 1, unit: "s" } };
      expect(silentAt(stateAfter(started("1"), alive), 1)).toEqual([]);
      expect(silentAt(stateAfter(started("1"), { ...alive, source: "warehouse" }), 1)).toEqual(["shop"]);
    });

    it("is not shortened by events that are delivered late", () => {
      const state = new FleetState();
      for (const event of timeline([10, started("1")], [1, started("2")])) state.apply(event);
      expect(silentAt(state, 10)).toEqual([]);
    });

    it("takes no service for silent that has just begun, however many there are", () => {
      const state = new FleetState();
      for (let index = 0; index < 12_000; index += 1) state.apply(complete({ ...started("1"), source: `service-${index}` }));
      expect(silentAt(state, 0)).toEqual([]);
    });
  });

  it("never has more open than began, nor less than nothing: each agent's count is that of its open work", () => {
    const step = fc.record({
      type: fc.constantFrom("task_assigned", "task_completed", "agent_started", "agent_completed"),
      // Enough that some work stays open for long while more begins and ends.
      id: fc.nat(40).map(String),
      agent: fc.constantFrom("scribe", "critic"),
      source: fc.constantFrom("shop", "warehouse"),
    });
    const inputOf = ({ type, id, agent, source }: { type: string; id: string; agent: string; source: string }): EventInput => {
      switch (type) {
        case "task_assigned":
          return { ...assigned(id, agent), source };
        case "task_completed":
          return { ...done(id), agent, source };
        case "agent_started":
          return { type: "agent_started", agent, operationId: id, source, data: {} };
        default:
          return { type: "agent_completed", agent, operationId: id, source, data: ended };
      }
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const state = new FleetState();
        for (const each of steps) {
          state.apply(complete(inputOf(each)));
          const open = [...state.operations.all()];
          for (const entry of state.roster.all()) {
            const own = open.filter(({ start }) => start.source === entry.source && start.agent === entry.agent);
            expect(entry.open).toBe(own.length);
          }
        }
      }),
    );
  });
});
