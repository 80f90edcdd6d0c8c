import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { wholeList } from "../../src/views/parts/page.ts";
import type { TaskAnswer } from "../../src/views/tasks/answer.ts";
import { tasksView } from "../../src/views/tasks/view.ts";
import { timeOf } from "../../src/views/view.ts";
import { NOON } from "../helpers/events.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const queued = (taskId: string, data: object = {}, ids: object = {}): EventInput => ({
  type: "task_queued",
  taskId,
  ...ids,
  data: { taskType: "write", ...data },
});
const given = (taskId: string, agent = "scribe", data: object = {}, ids: object = {}): EventInput => ({
  type: "task_assigned",
  taskId,
  agent,
  ...ids,
  data: { taskType: "write", ...data },
});
const progressed = (taskId: string, data: object): EventInput => ({ type: "task_progressed", taskId, data });
const done = (taskId: string, data: object = {}, ids: object = {}): EventInput => ({
  type: "task_completed",
  taskId,
  ...ids,
  data: { taskType: "write", durationSeconds: 4, ...data },
});
const failed = (taskId: string, data: object = {}): EventInput => ({
  type: "task_failed",
  taskId,
  data: { taskType: "write", durationSeconds: 4, ...data },
});
const called = (taskId: string, costUsd: number): EventInput => ({
  type: "model_called",
  agent: "scribe",
  taskId,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd },
});

const tasksAfter = (steps: readonly Step[], query: object = {}): TaskAnswer[] =>
  readView(tasksView, stored(...steps), query, 60).tasks;
const taskAfter = (steps: readonly Step[], id = "T-1"): TaskAnswer =>
  tasksAfter(steps).find((task) => task.id === id) as TaskAnswer;
const at = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();

describe("a task", () => {
  it("is not there before anything is told of it", () => {
    expect(readView(tasksView, [], {}, 0)).toEqual({ tasks: [] });
    expect(tasksAfter([[0, called("T-1", 1)]])).toEqual([]);
  });

  it("goes from the queue to an agent to its end", () => {
    const ids = { featureId: "F-1", projectId: "P-1", workflowId: "W-1" };
    const steps: Step[] = [
      [0, queued("T-1", { name: "Write a test", priority: "high", dependsOn: ["T-0"], estimateSeconds: 60 }, ids)],
      [2, given("T-1", "scribe", { reason: "it knows the suite", alternatives: ["critic"] })],
      [3, progressed("T-1", { progressRatio: 0.5, step: "arrange", attempt: 2 })],
      [4, called("T-1", 0.25)],
      [6, done("T-1")],
    ];
    expect(taskAfter(steps.slice(0, 1))).toMatchObject({
      type: "write",
      name: "Write a test",
      status: "queued",
      outcome: null,
      priority: "high",
      dependsOn: ["T-0"],
      estimateSeconds: 60,
      assignedTo: null,
      assignments: 0,
      progressRatio: null,
      featureId: "F-1",
      projectId: "P-1",
      workflowId: "W-1",
      queuedAt: at(0),
      assignedAt: null,
    });
    expect(taskAfter(steps.slice(0, 4))).toMatchObject({
      status: "in_progress",
      assignedTo: "shop/scribe",
      assignments: 1,
      reason: "it knows the suite",
      alternatives: ["critic"],
      progressRatio: 0.5,
      step: "arrange",
      retries: 1,
      costUsd: 0.25,
      assignedAt: at(2),
      endedAt: null,
      durationSeconds: null,
    });
    expect(taskAfter(steps)).toMatchObject({
      status: "completed",
      outcome: "success",
      progressRatio: 1,
      durationSeconds: 4,
      endedAt: at(6),
      featureId: "F-1",
    });
  });

  it("tells how it failed, and how far it had come", () => {
    const steps: Step[] = [
      [0, given("T-1")],
      [1, progressed("T-1", { progressRatio: 0.3 })],
      [2, failed("T-1", { outcome: "timeout", retries: 3 })],
    ];
    expect(taskAfter(steps)).toMatchObject({ status: "failed", outcome: "timeout", progressRatio: 0.3, retries: 3 });
  });

  it("is known where only its end was told, by whoever told it", () => {
    expect(taskAfter([[5, done("T-1", {}, { agent: "scribe" })]])).toMatchObject({
      status: "completed",
      assignedTo: "shop/scribe",
      assignments: 0,
      queuedAt: null,
      assignedAt: null,
    });
  });

  it("costs what was called for it, also after its end", () => {
    expect(
      taskAfter([
        [0, given("T-1")],
        [1, called("T-1", 0.5)],
        [2, done("T-1")],
        [3, called("T-1", 0.25)],
      ]).costUsd,
    ).toBe(0.75);
  });
});

describe("what it depends on", () => {
  it("blocks it while it is queued, until it is completed", () => {
    const steps: Step[] = [
      [0, queued("T-1")],
      [0, queued("T-2")],
      [1, queued("T-3", { dependsOn: ["T-1", "T-2"] })],
      [2, done("T-1")],
      [3, given("T-2")],
      [4, failed("T-2")],
      [5, given("T-2")],
      [6, done("T-2")],
    ];
    const blockers = steps.map((_, index) => taskAfter(steps.slice(0, index + 1), "T-3")?.blockedBy);
    const both = ["T-1", "T-2"];
    expect(blockers).toEqual([undefined, undefined, both, ["T-2"], ["T-2"], ["T-2"], ["T-2"], []]);
    expect(taskAfter(steps, "T-3").dependsOn).toEqual(both);
  });

  it("does not block what was begun all the same", () => {
    const steps: Step[] = [
      [0, queued("T-1")],
      [1, queued("T-2", { dependsOn: ["T-1"] })],
      [2, given("T-2")],
    ];
    expect(taskAfter(steps, "T-2").blockedBy).toEqual([]);
    expect(taskAfter([...steps, [3, done("T-2")]], "T-2").blockedBy).toEqual([]);
  });

  it("blocks nothing where nobody has told of it", () => {
    const unknown: Step = [0, queued("T-1", { dependsOn: ["T-404"] })];
    expect(taskAfter([unknown])).toMatchObject({ dependsOn: ["T-404"], blockedBy: [] });
    expect(taskAfter([unknown, [1, queued("T-404")]]).blockedBy).toEqual(["T-404"]);
  });

  it("may be a circle, in which each waits for the next", () => {
    const steps: Step[] = [
      [0, queued("T-1", { dependsOn: ["T-2"] })],
      [0, queued("T-2", { dependsOn: ["T-3"] })],
      [0, queued("T-3", { dependsOn: ["T-1"] })],
      [0, queued("T-4", { dependsOn: ["T-4"] })],
    ];
    expect(tasksAfter(steps).map(({ id, blockedBy }) => [id, blockedBy])).toEqual([
      ["T-1", ["T-2"]],
      ["T-2", ["T-3"]],
      ["T-3", ["T-1"]],
      ["T-4", ["T-4"]],
    ]);
  });
});

describe("a task that changes hands", () => {
  it("is with whoever was given it last, for the last reason", () => {
    const steps: Step[] = [
      [0, given("T-1", "scribe", { reason: "free", alternatives: ["critic"] })],
      [1, given("T-1", "critic", { reason: "scribe is stuck" })],
    ];
    const expected = {
      assignedTo: "shop/critic",
      assignments: 2,
      reason: "scribe is stuck",
      alternatives: [],
      assignedAt: at(1),
    };
    expect(taskAfter(steps)).toMatchObject(expected);
    expect(taskAfter([...steps].reverse())).toMatchObject(expected);
  });

  it("waits again where it is queued after that, and keeps what it has cost", () => {
    const steps: Step[] = [
      [0, queued("T-1")],
      [1, given("T-1")],
      [2, progressed("T-1", { progressRatio: 0.5, step: "arrange" })],
      [3, called("T-1", 0.5)],
      [4, queued("T-1")],
    ];
    const waiting = {
      status: "queued",
      assignedTo: null,
      progressRatio: null,
      step: null,
      costUsd: 0.5,
      assignments: 1,
      queuedAt: at(4),
    };
    expect(taskAfter(steps)).toMatchObject(waiting);
    expect(taskAfter([...steps, [5, given("T-1", "critic")]])).toMatchObject({
      status: "in_progress",
      assignedTo: "shop/critic",
    });
  });

  it("begins anew where it is queued or given to somebody after its end", () => {
    const ended: Step[] = [
      [0, given("T-1")],
      [4, called("T-1", 0.5)],
      [5, failed("T-1", { outcome: "timeout" })],
    ];
    expect(taskAfter([...ended, [6, queued("T-1")]])).toMatchObject({
      status: "queued",
      outcome: null,
      assignedTo: null,
      endedAt: null,
      durationSeconds: null,
      costUsd: 0.5,
    });
    const again: Step[] = [...ended, [6, given("T-1", "critic")], [9, done("T-1")]];
    expect(taskAfter(again)).toMatchObject({
      status: "completed",
      outcome: "success",
      assignedTo: "shop/critic",
      assignments: 2,
    });
    const fromTheTop: Step[] = [
      [0, given("T-1")],
      [5, done("T-1")],
      [6, queued("T-1")],
    ];
    expect(taskAfter(fromTheTop).progressRatio).toBeNull();
  });
});

it("is in hand again where it is tried again within the millisecond in which it failed", () => {
  const again: Step[] = [
    [0, queued("T-1")],
    [1, given("T-1")],
    [5, failed("T-1")],
    [5, given("T-1", "critic")],
  ];
  expect(taskAfter(again)).toMatchObject({ status: "in_progress", assignedTo: "shop/critic", endedAt: null });
  expect(taskAfter([...again.slice(0, 3), [5, queued("T-1")]])).toMatchObject({ status: "queued", endedAt: null });
  // Work that took no time, told from its end on.
  const backwards: Step[] = [
    [5, done("T-1")],
    [5, given("T-1")],
    [5, queued("T-1")],
  ];
  expect(taskAfter(backwards)).toMatchObject({ status: "completed", assignments: 1 });
});

describe("what is told late", () => {
  it("does not open a task that has ended, and still fills in what was not known", () => {
    const late: Step[] = [
      [5, done("T-1", {}, { agent: "scribe" })],
      [0, queued("T-1", { name: "Write a test", priority: "low" })],
      [1, given("T-1", "planner", { reason: "free" })],
      [3, progressed("T-1", { progressRatio: 0.4, step: "act", attempt: 2 })],
    ];
    expect(taskAfter(late)).toMatchObject({
      status: "completed",
      progressRatio: 1,
      step: null,
      retries: 1,
      assignedTo: "shop/scribe",
      reason: "free",
      name: "Write a test",
      queuedAt: at(0),
      assignedAt: at(1),
      endedAt: at(5),
    });
  });

  it("does not take progress back", () => {
    const steps: Step[] = [
      [0, given("T-1")],
      [3, progressed("T-1", { progressRatio: 0.6, step: "assert" })],
      [2, progressed("T-1", { progressRatio: 0.3, step: "act" })],
    ];
    expect(taskAfter(steps)).toMatchObject({ progressRatio: 0.6, step: "assert" });
    // A sender may well take it back itself.
    expect(taskAfter([...steps, [4, progressed("T-1", { progressRatio: 0.2 })]]).progressRatio).toBe(0.2);
  });

  it("or told twice is the same as told once", () => {
    const steps: Step[] = [
      [0, queued("T-1")],
      [1, given("T-1")],
      [5, done("T-1")],
    ];
    const twice = steps.flatMap((step) => (step[1].type === "task_assigned" ? [step] : [step, step]));
    expect(taskAfter(twice)).toEqual(taskAfter(steps));
    expect(taskAfter([...steps, [3, failed("T-1")]])).toMatchObject({ status: "completed", endedAt: at(5) });
  });
});

describe("the list", () => {
  const steps: Step[] = [
    [0, queued("T-1", {}, { featureId: "F-1", workflowId: "W-1" })],
    [1, given("T-2", "scribe", {}, { featureId: "F-1" })],
    [2, done("T-3", {}, { agent: "scribe", workflowId: "W-1" })],
    [3, failed("T-4")],
  ];
  const ids = (query: object) => tasksAfter(steps, query).map(({ id }) => id);

  it("is of all, by status, feature, workflow, agent, or one by its id", () => {
    expect(ids({}).sort()).toEqual(["T-1", "T-2", "T-3", "T-4"]);
    expect(ids({ status: "queued" })).toEqual(["T-1"]);
    expect(ids({ status: "failed" })).toEqual(["T-4"]);
    expect(ids({ feature: "F-1" })).toEqual(["T-1", "T-2"]);
    expect(ids({ workflow: "W-1" })).toEqual(["T-1", "T-3"]);
    expect(ids({ agent: "shop/scribe" })).toEqual(["T-2", "T-3"]);
    expect(ids({ agent: "shop/scribe", status: "completed" })).toEqual(["T-3"]);
    expect(ids({ id: "T-4" })).toEqual(["T-4"]);
    expect(ids({ id: "T-404" })).toEqual([]);
    expect(() => ids({ status: "lost" })).toThrow();
  });

  it("comes page by page, each task once", () => {
    const first = readView(tasksView, stored(...steps), { limit: 3 }, 60);
    const second = readView(tasksView, stored(...steps), { limit: 3, cursor: first.nextCursor }, 60);
    expect([...first.tasks, ...second.tasks].map(({ id }) => id)).toEqual(["T-1", "T-2", "T-3", "T-4"]);
    expect(second.nextCursor).toBeUndefined();
  });
});

describe("bounds", () => {
  const kept = (steps: readonly Step[]) => {
    const state = tasksView.initial();
    for (const event of stored(...steps)) tasksView.apply(state, event, timeOf(event));
    return new Set(tasksView.read(state, wholeList, NOON).tasks.map(({ id }) => id));
  };

  it("forget the open tasks that were heard of longest ago", () => {
    const steps = Array.from({ length: 20_000 }, (_, index): Step => [0, queued(`T-${index}`)]);
    const ids = kept([...steps, [1, progressed("T-0", { progressRatio: 0.1 })], [2, queued("T-new")]]);
    expect(ids.size).toBeLessThanOrEqual(20_000);
    expect(ids.size).toBeGreaterThan(17_000);
    expect(["T-0", "T-19999", "T-new"].filter((id) => !ids.has(id))).toEqual([]);
    expect(ids).not.toContain("T-1");
  });

  it("forget the tasks that ended longest ago, and no open one for them", () => {
    const steps = Array.from({ length: 5_001 }, (_, index): Step => [0, done(`T-${index}`)]);
    const ids = kept([[0, queued("T-open")], ...steps]);
    expect(ids.size).toBeLessThanOrEqual(5_001);
    expect(["T-open", "T-5000"].filter((id) => !ids.has(id))).toEqual([]);
    expect(ids).not.toContain("T-0");
  });
});

describe("whatever happens", () => {
  const kinds = {
    queued: (id: string) => queued(id),
    given: (id: string) => given(id),
    progressed: (id: string) => progressed(id, { progressRatio: 0.5 }),
    done: (id: string) => done(id),
    failed: (id: string) => failed(id),
  };
  const arbitrarySteps = fc.array(
    fc.tuple(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), fc.constantFrom("T-1", "T-2", "T-3")),
    { maxLength: 30 },
  );

  it("each task is there once, with the status of the last thing that moved it", () => {
    const statusAfter = { queued: "queued", given: "in_progress", done: "completed", failed: "failed" } as const;
    fc.assert(
      fc.property(arbitrarySteps, (all) => {
        const tasks = tasksAfter(all.map(([kind, id], index): Step => [index, kinds[kind](id)]));
        expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
        expect(new Set(all.map(([, id]) => id)).size).toBe(tasks.length);
        for (const { id, status, assignments } of tasks) {
          const own = all.filter(([, each]) => each === id).map(([kind]) => kind);
          const last = own.findLast((kind) => kind !== "progressed");
          expect(status).toBe(last === undefined ? "queued" : statusAfter[last]);
          expect(assignments).toBe(own.filter((kind) => kind === "given").length);
        }
      }),
    );
  });

  it("events of one life of a task lead to the same in whatever order they are told", () => {
    const life: Step[] = [
      [0, queued("T-1", { name: "Write", dependsOn: ["T-0"] })],
      [1, given("T-1", "scribe", { reason: "free" })],
      [2, given("T-1", "critic", { reason: "stuck" })],
      [9, done("T-1", { retries: 1 }, { agent: "critic" })],
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(life, { minLength: life.length }), (told) => {
        expect(taskAfter(told)).toEqual(taskAfter(life));
      }),
    );
  });
});

describe("what all tasks together list", () => {
  const listedByAll = ({ open, ended }: ReturnType<typeof tasksView.initial>) =>
    [...open.values(), ...ended.values()].reduce(
      (sum, { dependsOn, alternatives }) => sum + dependsOn.length + alternatives.length,
      0,
    );

  it("is counted right, whatever happens", () => {
    const taskId = fc.constantFrom("T-1", "T-2", "T-3");
    const some = fc.array(fc.constant("x"), { maxLength: 4 });
    const input = fc.oneof(
      fc
        .record({ taskId, some })
        .map(({ taskId, some }): EventInput => ({ type: "task_queued", taskId, data: { taskType: "write", dependsOn: some } })),
      fc.record({ taskId, some }).map(
        ({ taskId, some }): EventInput => ({
          type: "task_assigned",
          taskId,
          agent: "scribe",
          data: { taskType: "write", alternatives: some },
        }),
      ),
      taskId.map((id): EventInput => ({ type: "task_completed", taskId: id, data: { taskType: "write", durationSeconds: 1 } })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), input), { maxLength: 60 }), (steps) => {
        const state = tasksView.initial();
        for (const event of stored(...steps)) tasksView.apply(state, event, event.timeUnixMillis);
        expect(state.listed).toBe(listedByAll(state));
      }),
    );
  });

  it("is bounded: tasks with long lists that were heard of longest ago give way", () => {
    const state = tasksView.initial();
    const dependsOn = Array.from({ length: 1_000 }, (_, index) => `other-${index}`);
    const steps = Array.from(
      { length: 700 },
      (_, index) => [index, { type: "task_queued", taskId: `T-${index}`, data: { taskType: "write", dependsOn } }] as const,
    );
    for (const event of stored(...steps)) tasksView.apply(state, event, event.timeUnixMillis);
    expect(listedByAll(state)).toBeLessThanOrEqual(500_000);
    expect(state.open.has("T-699")).toBe(true);
  });
});

describe("a task that is tried again", () => {
  it("counts the furthest try, in whatever order tries are told", () => {
    const steps: Step[] = [
      [5, progressed("T-1", { attempt: 3 })],
      [4, progressed("T-1", { attempt: 2 })],
    ];
    expect(taskAfter(steps).retries).toBe(2);
  });

  it("was queued when it was queued last, and is named as it was named when it was given", () => {
    const steps: Step[] = [
      [5, queued("T-1")],
      [1, queued("T-1")],
      [6, given("T-1", "scribe", { name: "Write a test" })],
    ];
    expect(taskAfter(steps)).toMatchObject({ queuedAt: at(5), name: "Write a test" });
  });

  it("has no alternatives while it waits again", () => {
    const steps: Step[] = [
      [0, given("T-1", "scribe", { alternatives: ["critic"] })],
      [5, queued("T-1")],
    ];
    expect(taskAfter(steps).alternatives).toEqual([]);
  });
});

it("what tasks that gave way listed is not counted any more, and what lists nothing does not give way for it", () => {
  const state = tasksView.initial();
  const listing = Array.from({ length: 20_001 }, (_, index): Step => [index, queued(`T-${index}`, { dependsOn: ["x"] })]);
  for (const event of stored(...listing)) tasksView.apply(state, event, event.timeUnixMillis);
  expect(state.listed).toBe(state.open.size);
  const plain = tasksView.initial();
  const dependsOn = Array.from({ length: 1_000 }, (_, index) => `other-${index}`);
  const mixed = Array.from({ length: 600 }, (_, index): Step => [index, queued(`T-${index}`, { dependsOn })]);
  for (const event of stored([0, queued("plain")], ...mixed)) tasksView.apply(plain, event, event.timeUnixMillis);
  expect(plain.open.size).toBeLessThan(600);
  expect(plain.open.has("plain")).toBe(true);
});
