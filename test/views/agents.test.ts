import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import type { AgentAnswer } from "../../src/views/agents/answer.ts";
import { agentsView } from "../../src/views/agents/view.ts";
import { wholeList } from "../../src/views/parts/page.ts";
import { complete, NOON } from "../helpers/events.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const MINUTE = 60;

const heartbeat = (agent = "scribe", ids: object = {}): EventInput => ({ type: "agent_heartbeat", agent, ...ids, data: {} });
const begun = (operationId: string | undefined, agent = "scribe", data: object = {}): EventInput => ({
  type: "agent_started",
  agent,
  ...(operationId && { operationId }),
  data,
});
const ended = (operationId: string | undefined, data: object = {}, agent = "scribe"): EventInput => ({
  type: "agent_completed",
  agent,
  ...(operationId && { operationId }),
  data: { outcome: "success", durationSeconds: 1, ...data },
});
const queued = (taskId: string): EventInput => ({ type: "task_queued", taskId, data: { taskType: "write" } });
const given = (taskId: string, agent = "scribe"): EventInput => ({
  type: "task_assigned",
  taskId,
  agent,
  data: { taskType: "write" },
});
const done = (taskId: string, agent?: string, durationSeconds = 1): EventInput => ({
  type: "task_completed",
  taskId,
  ...(agent && { agent }),
  data: { taskType: "write", durationSeconds },
});
const failed = (taskId: string, outcome: "failure" | "abandoned" = "failure", agent?: string): EventInput => ({
  type: "task_failed",
  taskId,
  ...(agent && { agent }),
  data: { taskType: "write", durationSeconds: 1, outcome },
});

/** What is told of one agent of the shop, so many seconds after noon. */
function agentAfter(steps: readonly Step[], nowSeconds = 60, name = "scribe"): AgentAnswer {
  const { agents } = readView(agentsView, stored(...steps), { agent: name }, nowSeconds);
  return agents[0] as AgentAnswer;
}

const at = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();

describe("an agent", () => {
  it("is nobody before anything happened", () => {
    expect(readView(agentsView, [], {}, 0)).toEqual({ agents: [] });
  });

  it("is what it said of itself last, and keeps what it did not say again", () => {
    const registered: EventInput = {
      type: "agent_registered",
      agent: "scribe",
      agentId: "scribe-1",
      data: { role: "writer", model: "gpt-5", skills: ["tests", "docs"], tools: ["bash"] },
    };
    const restarted = begun("run-1", "scribe", { role: "author", tools: ["bash", "edit"] });
    expect(agentAfter([[0, registered]])).toMatchObject({
      id: "shop/scribe",
      service: "shop",
      name: "scribe",
      agentId: "scribe-1",
      role: "writer",
      model: "gpt-5",
      skills: ["tests", "docs"],
      tools: ["bash"],
    });
    const later: readonly Step[] = [
      [0, registered],
      [1, { ...restarted, agentId: "scribe-2" }],
    ];
    expect(agentAfter(later)).toMatchObject({
      agentId: "scribe-2",
      role: "author",
      model: "gpt-5",
      skills: ["tests", "docs"],
      tools: ["bash", "edit"],
    });
  });

  it("of the same name in two services is two", () => {
    const events = stored([0, heartbeat()], [1, { ...heartbeat(), source: "warehouse" }]);
    const ids = (query: object) => readView(agentsView, events, query, 2).agents.map(({ id }) => id);
    expect(ids({})).toEqual(["shop/scribe", "warehouse/scribe"]);
    expect(ids({ service: "warehouse" })).toEqual(["warehouse/scribe"]);
    expect(ids({ agent: "scribe" })).toEqual(["shop/scribe", "warehouse/scribe"]);
    expect(ids({ agent: "shop/scribe" })).toEqual(["shop/scribe"]);
    expect(ids({ agent: "scribe", service: "bank" })).toEqual([]);
  });

  it("can be asked for by its instance", () => {
    const events = stored([0, heartbeat("scribe", { agentId: "scribe-7" })], [0, heartbeat("critic", { agentId: "critic-7" })]);
    expect(readView(agentsView, events, { agent: "critic-7" }, 1).agents).toMatchObject([{ name: "critic" }]);
  });
});

describe("the list", () => {
  it("comes page by page, each agent once", () => {
    const events = stored(...Array.from({ length: 7 }, (_, index): Step => [index, heartbeat(`agent-${(index * 3) % 7}`)]));
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = readView(agentsView, events, { limit: 3, ...(cursor && { cursor }) }, 10);
      expect(page.agents.length).toBeLessThanOrEqual(3);
      names.push(...page.agents.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toEqual([0, 1, 2, 3, 4, 5, 6].map((number) => `agent-${number}`));
  });
});

describe("its status", () => {
  it("is active from the beginning of a run to its end, and idle before and after", () => {
    const run: Step[] = [
      [0, heartbeat()],
      [10, begun("run-1")],
      [20, ended("run-1")],
    ];
    expect(run.map((_, index) => agentAfter(run.slice(0, index + 1), 30).status)).toEqual(["idle", "active", "idle"]);
  });

  it("is active until the last of several runs and tasks has ended", () => {
    const steps: Step[] = [
      [0, begun("run-1")],
      [1, begun("run-2")],
      [2, given("T-1")],
      [3, ended("run-1")],
      [4, done("T-1")],
    ];
    expect(agentAfter(steps)).toMatchObject({ status: "active", openRuns: 1, currentTasks: [] });
    expect(agentAfter([...steps, [5, ended("run-2")]])).toMatchObject({ status: "idle", openRuns: 0 });
  });

  it("counts runs that nothing ties together as one at a time", () => {
    const steps: Step[] = [
      [0, begun(undefined)],
      [1, begun(undefined)],
    ];
    expect(agentAfter(steps).openRuns).toBe(1);
    expect(agentAfter([...steps, [2, ended(undefined)]]).openRuns).toBe(0);
    expect(agentAfter([...steps, [2, ended(undefined)], [2, begun(undefined)]]).openRuns).toBe(1);
  });

  it("does not stay active where the end of a run or a task was told before its beginning", () => {
    expect(
      agentAfter([
        [9, ended("run-1")],
        [0, begun("run-1")],
      ]),
    ).toMatchObject({ status: "idle", openRuns: 0 });
    expect(
      agentAfter([
        [9, done("T-1", "scribe")],
        [0, given("T-1")],
      ]),
    ).toMatchObject({ status: "idle", currentTasks: [] });
    const taken: Step[] = [
      [0, given("T-1")],
      [9, done("T-1", "critic")],
      [5, given("T-1", "critic")],
    ];
    expect(agentAfter(taken, 60, "critic").currentTasks).toEqual([]);
    expect(agentAfter(taken).currentTasks).toEqual([]);
  });

  it("is silent, since it was last heard of, once an idle agent has said nothing for five minutes", () => {
    const steps: Step[] = [[10, heartbeat()]];
    expect(agentAfter(steps, 10 + 5 * MINUTE - 1)).toMatchObject({ status: "idle", silentSince: null });
    expect(agentAfter(steps, 10 + 5 * MINUTE)).toMatchObject({ status: "silent", silentSince: at(10) });
    expect(agentAfter([...steps, [400, heartbeat()]], 401)).toMatchObject({ status: "idle", silentSince: null });
  });

  it("stays active where an agent with work says nothing any more, and tells since when: it may hang", () => {
    const hanging = agentAfter(
      [
        [0, given("T-1")],
        [20, heartbeat()],
      ],
      10 * MINUTE,
    );
    expect(hanging).toMatchObject({ status: "active", currentTasks: ["T-1"], silentSince: at(20) });
  });

  it("takes no sign of life from alerts, nor from work that was given up because the agent was silent", () => {
    const alert: EventInput = { type: "alert_fired", agent: "scribe", data: { alert: "AgentSilent" } };
    const steps: Step[] = [
      [0, given("T-1")],
      [6 * MINUTE, alert],
      [7 * MINUTE, failed("T-1", "abandoned", "scribe")],
    ];
    expect(agentAfter(steps, 8 * MINUTE)).toMatchObject({
      status: "silent",
      silentSince: at(0),
      lastSeenAt: at(0),
      failed: 1,
      currentTasks: [],
    });
  });
});

describe("what it has in hand", () => {
  it("goes from one agent to the other with the task", () => {
    const steps: Step[] = [
      [0, given("T-1")],
      [1, given("T-1", "critic")],
    ];
    expect(agentAfter(steps)).toMatchObject({ currentTasks: [], status: "idle" });
    expect(agentAfter(steps, 60, "critic")).toMatchObject({ currentTasks: ["T-1"], status: "active" });
  });

  it("goes by when tasks were given, not by when that was told", () => {
    const steps: Step[] = [
      [1, given("T-1", "critic")],
      [0, given("T-1")],
    ];
    expect(agentAfter(steps).currentTasks).toEqual([]);
    expect(agentAfter(steps, 60, "critic").currentTasks).toEqual(["T-1"]);
  });

  it("is nobody's once it is queued again, and its own where it was queued before it was given", () => {
    expect(
      agentAfter([
        [0, given("T-1")],
        [5, queued("T-1")],
      ]).currentTasks,
    ).toEqual([]);
    expect(
      agentAfter([
        [5, given("T-1")],
        [0, queued("T-1")],
      ]).currentTasks,
    ).toEqual(["T-1"]);
    expect(
      agentAfter([
        [0, queued("T-1")],
        [0, given("T-1")],
      ]).currentTasks,
    ).toEqual(["T-1"]);
    expect(
      agentAfter([
        [0, given("T-1")],
        [5, queued("T-1")],
        [6, given("T-1")],
      ]).currentTasks,
    ).toEqual(["T-1"]);
  });

  it("is free again where another service says that the task is done", () => {
    const elsewhere: EventInput = { ...done("T-1", "worker"), source: "warehouse" };
    expect(
      agentAfter([
        [0, given("T-1")],
        [5, elsewhere],
      ]).currentTasks,
    ).toEqual([]);
  });

  it("can be a task that had ended and is tried again", () => {
    const steps: Step[] = [
      [0, given("T-1")],
      [5, failed("T-1")],
      [6, given("T-1")],
    ];
    expect(agentAfter(steps)).toMatchObject({ currentTasks: ["T-1"], status: "active" });
    // Within the millisecond in which it failed.
    const atOnce: Step[] = [...steps.slice(0, 2), [5, given("T-1")]];
    expect(agentAfter(atOnce)).toMatchObject({ currentTasks: ["T-1"], status: "active" });
    // Work that took no time, told from its end on.
    expect(
      agentAfter([
        [5, { ...done("T-1"), agent: "scribe" }],
        [5, given("T-1")],
      ]).currentTasks,
    ).toEqual([]);
  });
});

describe("what it did", () => {
  it("is the last ten tasks, the newest first, in whatever order their ends are told", () => {
    const steps: Step[] = [];
    for (let number = 1; number <= 12; number += 1) steps.push([number, given(`T-${number}`)]);
    for (const number of [12, 3, 11, 1, 5, 4, 2, 10, 6, 9, 8, 7]) steps.push([20 + number, done(`T-${number}`)]);
    const { lastTasks } = agentAfter(steps);
    expect(lastTasks.map(({ taskId }) => taskId)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((number) => `T-${number}`));
    expect(lastTasks[0]).toEqual({ taskId: "T-12", taskType: "write", outcome: "success", durationSeconds: 1, endedAt: at(32) });
  });

  it("names a task once that was tried several times, as it ended last", () => {
    const steps: Step[] = [
      [0, given("T-1")],
      [1, failed("T-1")],
      [2, given("T-2")],
      [3, done("T-2")],
      [4, given("T-1")],
      [5, done("T-1")],
    ];
    const { lastTasks, succeeded, failed: failures } = agentAfter(steps);
    expect(lastTasks.map(({ taskId, outcome }) => [taskId, outcome])).toEqual([
      ["T-1", "success"],
      ["T-2", "success"],
    ]);
    expect([succeeded, failures]).toEqual([2, 1]);
  });

  it("counts for whoever is named at the end, else for who has the task", () => {
    expect(
      agentAfter([
        [0, given("T-1")],
        [1, done("T-1")],
      ]),
    ).toMatchObject({ succeeded: 1 });
    const byCritic: Step[] = [
      [0, given("T-1")],
      [1, done("T-1", "critic")],
    ];
    expect(agentAfter(byCritic)).toMatchObject({ succeeded: 0, currentTasks: [] });
    expect(agentAfter(byCritic, 60, "critic")).toMatchObject({ succeeded: 1, lastTasks: [{ taskId: "T-1" }] });
    expect(readView(agentsView, stored([0, done("T-404")]), {}, 1).agents).toEqual([]);
  });

  it("has a success rate of all that ended, and none where nothing did", () => {
    expect(agentAfter([[0, heartbeat()]]).successRatio).toBeNull();
    const steps: Step[] = [
      [0, ended("run-1")],
      [1, ended("run-2", { outcome: "timeout" })],
      [2, done("T-1", "scribe")],
      [3, failed("T-2", "failure", "scribe")],
    ];
    expect(agentAfter(steps)).toMatchObject({ succeeded: 2, failed: 2, endedTasks: 2, successRatio: 0.5 });
  });

  it("has a latency with a true mean and percentiles to within 1 %", () => {
    const steps = Array.from({ length: 100 }, (_, index): Step => [index, done(`T-${index}`, "scribe", index + 1)]);
    const { count, mean, p50, p95, p99 } = agentAfter(steps, 200).durationSeconds;
    expect([count, mean]).toEqual([100, 50.5]);
    for (const [told, exact] of [
      [p50, 50],
      [p95, 95],
      [p99, 99],
    ] as const)
      expect(Math.abs((told as number) / exact - 1)).toBeLessThan(0.011);
  });

  it("adds up errors and what its model calls cost, and nothing that others tell of the same money", () => {
    const called: EventInput = {
      type: "model_called",
      agent: "scribe",
      data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd: 0.25 },
    };
    const error: EventInput = { type: "error_raised", agent: "scribe", data: { errorType: "TimeoutError" } };
    const steps: Step[] = [
      [0, called],
      [1, called],
      [2, error],
      [3, ended("run-1", { costUsd: 0.5 })],
    ];
    expect(agentAfter(steps)).toMatchObject({ costUsd: 0.5, errors: 1, model: "gpt-5" });
  });

  it("is seen first and last by when things happened", () => {
    const steps: Step[] = [
      [5, heartbeat("scribe", { agentId: "new" })],
      [1, heartbeat("scribe", { agentId: "old" })],
      [3, heartbeat()],
    ];
    expect(agentAfter(steps)).toMatchObject({ firstSeenAt: at(1), lastSeenAt: at(5), agentId: "new" });
  });
});

describe("bounds", () => {
  it("let go of the agents that were heard of longest ago, and keep those that were heard of since", () => {
    const state = agentsView.initial();
    const tell = (agent: string, atMillis: number) => {
      const event = complete({ ...heartbeat(agent), timeUnixMillis: NOON + atMillis });
      agentsView.apply(state, { ...event, seq: atMillis, receivedUnixMillis: NOON + atMillis }, NOON + atMillis);
    };
    for (let number = 0; number < 5_000; number += 1) tell(`agent-${number}`, number);
    tell("agent-0", 5_000);
    tell("agent-new", 5_001);
    const names = new Set(agentsView.read(state, wholeList, NOON + 6_000).agents.map(({ name }) => name));
    expect(names.size).toBeLessThanOrEqual(5_000);
    expect(names.size).toBeGreaterThan(4_000);
    expect(["agent-0", "agent-new", "agent-4999"].filter((name) => !names.has(name))).toEqual([]);
    expect(names).not.toContain("agent-1");
  });
});

/** Steps of a few agents and tasks, each at a moment of its own. */
const arbitrarySteps = fc
  .array(
    fc.record({
      kind: fc.constantFrom("begun", "ended", "given", "done", "failed", "heartbeat"),
      agent: fc.constantFrom("scribe", "critic"),
      number: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map(({ kind, agent, number }, index): Step => {
      if (kind === "begun") return [index, begun(`${agent}-${number}`, agent)];
      if (kind === "ended") return [index, ended(`${agent}-${number}`, {}, agent)];
      if (kind === "given") return [index, given(`T-${number}`, agent)];
      if (kind === "done") return [index, done(`T-${number}`, agent, number)];
      if (kind === "failed") return [index, failed(`T-${number}`, "failure", agent)];
      return [index, heartbeat(agent)];
    }),
  );

describe("whatever happens", () => {
  it("counts are those of the list, and a task is in one agent's hands at most", () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const { agents } = readView(agentsView, stored(...steps), {}, 100);
        for (const { name, succeeded, failed: failures, durationSeconds, lastTasks } of agents) {
          const ends = steps.map(([, event]) => event).filter((event) => event.agent === name && "durationSeconds" in event.data);
          expect(failures).toBe(ends.filter(({ type }) => type === "task_failed").length);
          expect(succeeded).toBe(ends.length - failures);
          expect(durationSeconds.count).toBe(ends.length);
          expect(lastTasks).toEqual([...lastTasks].sort((one, other) => other.endedAt.localeCompare(one.endedAt)));
          expect(new Set(lastTasks.map(({ taskId }) => taskId)).size).toBe(lastTasks.length);
        }
        const inHand = agents.flatMap(({ currentTasks }) => currentTasks);
        expect(new Set(inHand).size).toBe(inHand.length);
        const lastOf = new Map<string, EventInput>();
        for (const [, event] of steps) if (event.taskId !== undefined) lastOf.set(event.taskId, event);
        const open = [...lastOf].filter(([, { type }]) => type === "task_assigned").map(([id]) => id);
        expect(inHand.sort()).toEqual(open.sort());
      }),
    );
  });

  it("what concerns others changes nothing", () => {
    const others = fc.array(
      fc.tuple(fc.nat(39), fc.constantFrom(heartbeat("planner"), begun("p-1", "planner"), done("T-9", "planner"))),
      {
        maxLength: 10,
      },
    );
    fc.assert(
      fc.property(arbitrarySteps, others, (steps, noise) => {
        const mixed = [...steps, ...noise.map(([index, event]): Step => [index, event])].sort(([one], [other]) => one - other);
        const told = (all: readonly Step[]) =>
          readView(agentsView, stored(...all), {}, 100).agents.filter(({ name }) => name !== "planner");
        expect(told(mixed)).toEqual(told(steps));
      }),
    );
  });
});

describe("what all agents together hold", () => {
  const heldByAll = (state: ReturnType<typeof agentsView.initial>) =>
    [...state.agents.values()].reduce(
      (sum, { runs, tasks, skills, tools }) => sum + runs.size + tasks.size + skills.length + tools.length,
      0,
    );

  it("is counted right, whatever happens", () => {
    const agent = fc.constantFrom("scribe", "critic");
    const taskId = fc.constantFrom("T-1", "T-2", "T-3");
    const input = fc.oneof(
      fc
        .record({ agent, operationId: taskId })
        .map((ids): EventInput => ({ type: "agent_started", ...ids, data: { tools: ["a"] } })),
      fc
        .record({ agent, operationId: taskId })
        .map((ids): EventInput => ({ type: "agent_completed", ...ids, data: { outcome: "success", durationSeconds: 1 } })),
      fc
        .record({ agent, skills: fc.array(fc.constant("x"), { maxLength: 4 }) })
        .map(({ agent, skills }): EventInput => ({ type: "agent_registered", agent, data: { skills } })),
      taskId.map((id): EventInput => ({ type: "task_queued", taskId: id, data: { taskType: "write" } })),
      fc.record({ agent, taskId }).map((ids): EventInput => ({ type: "task_assigned", ...ids, data: { taskType: "write" } })),
      fc
        .record({ agent, taskId })
        .map((ids): EventInput => ({ type: "task_completed", ...ids, data: { taskType: "write", durationSeconds: 1 } })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), input), { maxLength: 60 }), (steps) => {
        const state = agentsView.initial();
        for (const event of stored(...steps)) agentsView.apply(state, event, event.timeUnixMillis);
        expect(state.held).toBe(heldByAll(state));
      }),
    );
  });

  it("is bounded: who was heard of longest ago is known by less", () => {
    const state = agentsView.initial();
    const tools = Array.from({ length: 1_000 }, (_, index) => `tool-${index}`);
    const steps = Array.from(
      { length: 400 },
      (_, index) => [index, { type: "agent_registered", agent: `agent-${index}`, data: { tools } }] as const,
    );
    for (const event of stored(...steps)) agentsView.apply(state, event, event.timeUnixMillis);
    expect(heldByAll(state)).toBeLessThanOrEqual(250_000);
    expect(state.agents.size).toBe(400);
    expect(state.agents.get("shop/agent-399")?.tools).toHaveLength(1_000);
  });
});

describe("a run that nothing ties together", () => {
  it("that ended before its beginning was told leaves the runs of others as they are", () => {
    const steps: Step[] = [
      [10, ended(undefined)],
      [5, begun(undefined, "critic")],
    ];
    expect(agentAfter(steps, 60, "critic")).toMatchObject({ status: "active", openRuns: 1 });
  });
});

it("an agent keeps the tools that a later run of it does not tell again", () => {
  const steps: Step[] = [
    [0, begun("r1", "scribe", { tools: ["search"] })],
    [1, begun("r2")],
  ];
  expect(agentAfter(steps).tools).toEqual(["search"]);
});
