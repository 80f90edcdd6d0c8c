import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { type KpiName, kpiNames } from "../../src/folds/kpis/kpis.ts";
import { kpisView } from "../../src/views/kpis.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const HOUR = 3_600;

/** A KPI's value and sample size over the hour before an hour after noon. */
function kpi(name: KpiName, ...steps: readonly Step[]): [value: number | null, sampleSize: number] {
  const { value, sample_size } = readView(kpisView, stored(...steps), { hours: 1 }, HOUR)[name];
  return [value === null ? null : Number(value.toFixed(6)), sample_size];
}

const heartbeat = (agent = "scribe"): EventInput => ({ type: "agent_heartbeat", agent, data: {} });
const runStarted = (operationId: string, agent = "scribe"): EventInput => ({
  type: "agent_started",
  agent,
  operationId,
  data: {},
});
const runEnded = (operationId: string, durationSeconds = 0, agent = "scribe"): EventInput => ({
  type: "agent_completed",
  agent,
  operationId,
  data: { outcome: "success", durationSeconds },
});
const queued = (taskId: string, ids: object = {}): EventInput => ({
  type: "task_queued",
  taskId,
  ...ids,
  data: { taskType: "write_test" },
});
const assigned = (taskId: string, ids: object = {}, data: object = {}): EventInput => ({
  type: "task_assigned",
  taskId,
  agent: "scribe",
  ...ids,
  data: { taskType: "write_test", ...data },
});
const done = (taskId: string, data: object = {}, ids: object = {}): EventInput => ({
  type: "task_completed",
  taskId,
  ...ids,
  data: { taskType: "write_test", durationSeconds: 1, ...data },
});
const failed = (taskId: string, data: object = {}): EventInput => ({
  type: "task_failed",
  taskId,
  data: { taskType: "write_test", durationSeconds: 1, ...data },
});
const called = (costUsd: number | undefined, ids: object = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  ...ids,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 0, costUsd },
});
const feature = { featureId: "F-1" };

describe("agent utilization", () => {
  const utilization = (...steps: readonly Step[]) => kpi("agent_utilization", ...steps);

  it("is the share of time that known agents were at work", () => {
    expect(utilization([0, heartbeat()], [0, runStarted("1")], [900, runEnded("1")])).toEqual([0.25, 1]);
    expect(utilization([0, heartbeat()], [0, heartbeat("critic")], [0, runStarted("1")], [900, runEnded("1")])).toEqual([
      0.125, 2,
    ]);
  });

  it("counts overlapping runs and tasks once", () => {
    const [run, task]: Step[][] = [
      [
        [0, runStarted("1")],
        [900, runEnded("1")],
      ],
      [
        [300, assigned("T-1")],
        [1_800, done("T-1")],
      ],
    ];
    const steps = [...(run ?? []), ...(task ?? [])].sort(([one], [other]) => one - other);
    expect(utilization(...steps)).toEqual([0.5, 1]);
  });

  it("counts work that is still going on up to now", () => {
    expect(utilization([0, heartbeat()], [1_800, runStarted("1")])).toEqual([0.5, 1]);
  });

  it("knows an agent from when it was first heard of, or began to work by its own account", () => {
    expect(utilization([1_800, runStarted("1")], [2_700, runEnded("1")])).toEqual([0.5, 1]);
    expect(utilization([2_700, runEnded("1", 900)])).toEqual([0.5, 1]);
  });

  it("adds work told after the fact where nothing covers it yet", () => {
    const tool = (durationSeconds: number): EventInput => ({
      type: "tool_called",
      agent: "scribe",
      data: { tool: "edit", outcome: "success", durationSeconds },
    });
    expect(utilization([0, heartbeat()], [360, tool(360)], [540, tool(360)])).toEqual([0.15, 1]);
    expect(utilization([0, runStarted("1")], [360, tool(360)], [360, runEnded("1")])).toEqual([0.1, 1]);
  });

  it("counts the part of a run that lies within the period", () => {
    expect(utilization([-HOUR, runStarted("1")], [900, runEnded("1")])).toEqual([0.25, 1]);
    expect(utilization([-HOUR, runStarted("1")])).toEqual([1, 1]);
  });

  it("does not count agents that were not heard of within the period", () => {
    expect(utilization([-HOUR, heartbeat("critic")], [0, heartbeat()], [0, runStarted("1")], [1_800, runEnded("1")])).toEqual([
      0.5, 1,
    ]);
    expect(utilization([-HOUR, heartbeat()])).toEqual([null, 0]);
  });

  it("ends a run's time where the run begins anew, and a task's where it is given to somebody else", () => {
    expect(
      utilization([0, assigned("T-1")], [900, assigned("T-1", { agent: "critic" })], [900, heartbeat()], [1_800, done("T-1")]),
    ).toEqual([1_800 / (HOUR + 2_700), 2].map((each) => Number(each.toFixed(6))));
    expect(utilization([0, runStarted("1")], [900, runStarted("1")], [1_800, runEnded("1")])).toEqual([0.5, 1]);
  });

  it("opens nothing by a start that is told after its end, and opens what begins after it", () => {
    const late: Step[] = [
      [0, heartbeat()],
      [900, { ...done("T-1", { durationSeconds: 900 }), agent: "scribe" }],
      [0, assigned("T-1")],
      [1_800, runEnded("1", 900)],
      [900, runStarted("1")],
    ];
    expect(utilization(...late)).toEqual([0.5, 1]);
    expect(utilization([0, done("T-1")], [0, assigned("T-1")], [0, heartbeat()])).toEqual([0, 1]);
    expect(utilization(...late, [2_700, assigned("T-1")])).toEqual([0.75, 1]);
    // Tried again within the same millisecond.
    expect(utilization([0, assigned("T-1")], [900, failed("T-1")], [900, assigned("T-1")])).toEqual([1, 1]);
  });

  it("is no more than 1, and takes no alert for a sign of life", () => {
    expect(utilization([0, { type: "alert_fired", agent: "scribe", data: { alert: "Silent" } }])).toEqual([null, 0]);
  });

  it("tells two services' agents of one name apart", () => {
    expect(utilization([0, heartbeat()], [0, { ...heartbeat(), source: "warehouse" }])).toEqual([0, 2]);
  });
});

describe("cost per feature", () => {
  const cost = (...steps: readonly Step[]) => kpi("cost_per_feature", ...steps);

  it("is the cost of the model calls of completed features", () => {
    expect(
      cost([0, queued("T-1", feature)], [1, called(2, { taskId: "T-1" })], [2, called(1, feature)], [3, done("T-1")]),
    ).toEqual([3, 1]);
  });

  it("leaves out features that are not completed", () => {
    expect(cost([0, queued("T-1", feature)], [1, called(2, feature)])).toEqual([null, 0]);
    expect(cost([0, queued("T-1", feature)], [1, called(2, feature)], [2, failed("T-1")])).toEqual([null, 0]);
    expect(cost([0, queued("T-1", feature)], [0, queued("T-2", feature)], [1, called(2, feature)], [2, done("T-1")])).toEqual([
      null,
      0,
    ]);
  });

  it("takes a feature for completed when its status says so", () => {
    const told = (status: string): EventInput => ({ type: "feature_created", ...feature, data: { name: "basket", status } });
    expect(cost([0, told("open")], [1, called(2, feature)])).toEqual([null, 0]);
    expect(cost([0, told("open")], [1, called(2, feature)], [2, told("Done")])).toEqual([2, 1]);
  });

  it("counts a feature once, with all that was ever spent on it", () => {
    expect(
      cost(
        [0, queued("T-1", feature)],
        [1, called(2, feature)],
        [2, done("T-1")],
        [3, queued("T-2", feature)],
        [4, called(3, { taskId: "T-2" })],
        [5, done("T-2")],
        [6, called(1, { taskId: "T-2" })],
      ),
    ).toEqual([6, 1]);
  });

  it("finds a task's feature also where it is told later than the call", () => {
    expect(cost([0, queued("T-1")], [1, called(2, { taskId: "T-1" })], [2, assigned("T-1", feature)], [3, done("T-1")])).toEqual([
      2, 1,
    ]);
  });

  it("does not wait for a task whose queue or assignment is told after its end", () => {
    const late: Step[] = [
      [0, queued("T-1", feature)],
      [1, called(2, feature)],
      [20, done("T-2", {}, feature)],
      [10, queued("T-2", feature)],
      [12, assigned("T-2", feature)],
    ];
    expect(cost(...late)).toEqual([null, 0]);
    expect(cost(...late, [30, done("T-1")])).toEqual([2, 1]);
    // Somebody tells late that it was queued, after it was given to an agent and done.
    expect(
      cost(...late.slice(0, 2), [5, assigned("T-2", feature)], [20, done("T-2")], ...late.slice(3), [30, done("T-1")]),
    ).toEqual([2, 1]);
  });

  it("leaves out features whose cost nobody knows", () => {
    expect(cost([0, queued("T-1", feature)], [1, called(undefined, feature)], [3, done("T-1")])).toEqual([null, 0]);
    expect(cost([0, queued("T-1", feature)], [1, called(0, feature)], [3, done("T-1")])).toEqual([0, 1]);
  });
});

describe("average retry count", () => {
  const retries = (...steps: readonly Step[]) => kpi("average_retry_count", ...steps);

  it("is retries by tasks that ended, well or not", () => {
    expect(retries([0, done("T-1", { retries: 2 })], [1, failed("T-2", { retries: 1 })], [2, done("T-3")])).toEqual([1, 3]);
  });

  it("goes by the last attempt where the end tells none", () => {
    const attempt = (count: number): EventInput => ({ type: "task_progressed", taskId: "T-1", data: { attempt: count } });
    expect(retries([0, assigned("T-1")], [1, attempt(2)], [2, attempt(3)], [3, done("T-1")])).toEqual([2, 1]);
    expect(retries([0, assigned("T-1")], [1, attempt(3)], [3, done("T-1", { retries: 0 })])).toEqual([0, 1]);
  });
});

describe("shares of reviews and validations", () => {
  it("are rejected by all reviews, and passed by all validations", () => {
    const reviewed = (outcome: "approved" | "rejected"): EventInput => ({ type: "review_completed", data: { outcome } });
    const validated = (outcome: "passed" | "failed"): EventInput => ({ type: "validation_completed", data: { outcome } });
    const steps: Step[] = [
      [0, reviewed("approved")],
      [1, reviewed("rejected")],
      [2, reviewed("approved")],
      [3, reviewed("approved")],
      [4, validated("passed")],
      [5, validated("failed")],
    ];
    expect(kpi("critic_rejection_rate", ...steps)).toEqual([0.25, 4]);
    expect(kpi("validation_pass_rate", ...steps)).toEqual([0.5, 2]);
  });
});

describe("time to completion", () => {
  const time = (...steps: readonly Step[]) => kpi("time_to_completion", ...steps);

  it("is from the queue to the end, of tasks that were done", () => {
    expect(time([0, queued("T-1")], [50, assigned("T-1")], [60, done("T-1")], [70, failed("T-2")])).toEqual([60, 1]);
  });

  it("is from the assignment where nobody queued it, and from its own beginning where nobody assigned it", () => {
    expect(time([50, assigned("T-1")], [60, done("T-1")])).toEqual([10, 1]);
    expect(time([50, assigned("T-1", {}, { queueDurationSeconds: 20 })], [60, done("T-1")])).toEqual([30, 1]);
    expect(time([60, done("T-1", { durationSeconds: 5 })])).toEqual([5, 1]);
  });

  it("does not mind in which order the queue and the assignment are told", () => {
    const [late, ...rest] = stored([0, queued("T-1")], [50, assigned("T-1")], [60, done("T-1")]);
    const events = [rest[0], late, rest[1]].filter((event) => event !== undefined);
    expect(readView(kpisView, events, { hours: 1 }, HOUR).time_to_completion.value).toBe(60);
  });

  it("begins anew for a task that is queued again after its end", () => {
    expect(time([0, queued("T-1")], [10, failed("T-1")], [100, queued("T-1")], [130, done("T-1")])).toEqual([30, 1]);
  });
});

describe("the KPIs", () => {
  it("are null where there is nothing to judge by, with unit and definition all the same", () => {
    const answer = readView(kpisView, [], {}, HOUR);
    expect(answer.hours).toBe(24);
    for (const name of kpiNames) {
      expect(answer[name]).toMatchObject({ value: null, sample_size: 0 });
      expect(answer[name].definition).toMatch(/^\p{Lu}.+\.$/u);
      expect(answer[name].unit.length).toBeGreaterThan(0);
    }
  });

  it("go by the event's time, up to seven days back", () => {
    const events = stored([-167 * HOUR, done("T-1")], [-30 * HOUR, done("T-2")], [0, done("T-3")], [-200 * HOUR, done("T-4")]);
    const finished = (hours: number) => readView(kpisView, events, { hours }, 60).average_retry_count.sample_size;
    expect([1, 24, 48, 168].map(finished)).toEqual([1, 1, 2, 3]);
  });

  it("refuse a period of more than seven days", () => {
    for (const hours of [0, 169, 1.5, "x"]) expect(kpisView.query.safeParse({ hours }).success).toBe(false);
  });

  it("say where the period begins", () => {
    expect(readView(kpisView, [], { hours: 1 }, 61).since).toBe("2025-03-04T11:00:00.000Z");
  });

  it("do not depend on events that they do not look at, nor on the order of those that have nothing to do with each other", () => {
    const steps: Step[] = [
      [10, done("T-1", { retries: 1 })],
      [20, done("T-2", {}, feature)],
      [30, { type: "review_completed", data: { outcome: "rejected" } }],
      [40, { type: "validation_completed", data: { outcome: "passed" } }],
      [50, runEnded("1", 20)],
      [60, runEnded("2", 20, "critic")],
      [70, { type: "state_saved", data: { sizeBytes: 1 } }],
      [80, called(1, feature)],
    ];
    const events = stored(...steps);
    const expected = readView(kpisView, events, { hours: 1 }, HOUR);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        expect(readView(kpisView, shuffled, { hours: 1 }, HOUR)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it("follow a fleet of any size in bounded memory", () => {
    const state = kpisView.initial();
    for (let index = 0; index < 25_000; index += 1) {
      const ids = { taskId: `T-${index}`, featureId: `F-${index}`, agent: `agent-${index}` };
      for (const event of stored([index, queued(ids.taskId, ids)], [index, assigned(ids.taskId, ids)], [index, called(1, ids)])) {
        kpisView.apply(state, event, event.timeUnixMillis);
      }
    }
    const { workers, courses } = state.fold;
    const sizes = [workers.byName, workers.tasks, courses.open, courses.featureIds, courses.features].map(({ size }) => size);
    const limits = [5_000, 20_000, 20_000, 20_000, 10_000];
    sizes.forEach((size, index) => {
      expect(size).toBeLessThanOrEqual(limits[index] as number);
      expect(size).toBeGreaterThan((limits[index] as number) * 0.8);
    });
  });
});

describe("time at work", () => {
  const utilization = (...steps: readonly Step[]) => kpi("agent_utilization", ...steps);
  const tookSeconds = (durationSeconds: number): EventInput => ({
    type: "tool_called",
    agent: "scribe",
    data: { tool: "search", outcome: "success", durationSeconds },
  });

  it("that was told already is not told again by a run that began meanwhile and goes on", () => {
    // At work from 1200 on, by a call of 600 seconds, and then by a run that began in the middle of it.
    const [value] = utilization([0, heartbeat()], [1_800, tookSeconds(600)], [1_500, runStarted("r1")]);
    expect(value).toBeCloseTo(2_400 / HOUR, 6);
  });

  it("begins with work whose start nobody saw, where an agent is at work anyway", () => {
    const steps: Step[] = [
      [0, heartbeat()],
      [1_200, runStarted("r1")],
      [1_800, done("T-1", { durationSeconds: 1_200 }, { agent: "scribe" })],
      [2_400, runEnded("r1")],
    ];
    expect(utilization(...steps)[0]).toBeCloseTo(1_800 / HOUR, 6);
  });

  it("is a sign of life, also where somebody else tells the end of it", () => {
    expect(utilization([-30 * HOUR, assigned("T-1")], [1_800, done("T-1")])).toEqual([expect.any(Number), 1]);
  });
});

it("what is spent on a feature after it was completed belongs to when that was", () => {
  const other = { featureId: "F-2" };
  const steps: Step[] = [
    [-2 * HOUR, assigned("T-1", feature)],
    [-2 * HOUR, called(1, feature)],
    [-2 * HOUR + 1, done("T-1", {}, feature)],
    [1_000, assigned("T-2", feature)],
    [1_001, done("T-2", {}, feature)],
    [1_002, called(5, feature)],
    [1_003, assigned("T-3", other)],
    [1_004, called(2, other)],
    [1_005, done("T-3", {}, other)],
  ];
  expect(kpi("cost_per_feature", ...steps)).toEqual([2, 1]);
});

it("a task that is no longer followed does not keep its feature from being completed", () => {
  const others = Array.from({ length: 20_000 }, (_, index): Step => [2, queued(`other-${index}`)]);
  const steps: Step[] = [[0, queued("T-0", feature)], [1, called(1, feature)], ...others];
  expect(kpi("cost_per_feature", ...steps, [3, assigned("T-1", feature)], [4, done("T-1", {}, feature)])).toEqual([1, 1]);
});
