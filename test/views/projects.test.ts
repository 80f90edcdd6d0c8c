import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { projectsView } from "../../src/views/projects/view.ts";
import { timeOf } from "../../src/views/view.ts";
import { NOON } from "../helpers/events.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const project = (projectId: string, data: object = {}): EventInput => ({
  type: "project_created",
  projectId,
  data: { name: `project ${projectId}`, ...data },
});
const feature = (featureId: string, projectId?: string, data: object = {}): EventInput => ({
  type: "feature_created",
  featureId,
  ...(projectId && { projectId }),
  data: { name: `feature ${featureId}`, ...data },
});
const queued = (taskId: string, ids: object = {}): EventInput => ({
  type: "task_queued",
  taskId,
  ...ids,
  data: { taskType: "write" },
});
const given = (taskId: string, ids: object = {}): EventInput => ({
  type: "task_assigned",
  taskId,
  agent: "scribe",
  ...ids,
  data: { taskType: "write" },
});
const done = (taskId: string, ids: object = {}): EventInput => ({
  type: "task_completed",
  taskId,
  ...ids,
  data: { taskType: "write", durationSeconds: 1 },
});
const failed = (taskId: string, ids: object = {}): EventInput => ({
  type: "task_failed",
  taskId,
  ...ids,
  data: { taskType: "write", durationSeconds: 1 },
});

const toldAfter = (...steps: readonly Step[]) => readView(projectsView, stored(...steps), {}, 60);
const at = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();
const F1 = { featureId: "F-1" };

it("tells of none before anything happened", () => {
  expect(toldAfter()).toEqual({ projects: [], features: [] });
});

it("tells of projects and features as they were created", () => {
  expect(
    toldAfter(
      [0, project("P-1", { status: "active", description: "The shop" })],
      [1, feature("F-1", "P-1", { status: "planned" })],
    ),
  ).toEqual({
    projects: [
      {
        id: "P-1",
        name: "project P-1",
        status: "active",
        description: "The shop",
        createdAt: at(0),
        tasks: { total: 0, open: 0, completed: 0, failed: 0 },
        completedRatio: null,
      },
    ],
    features: [
      {
        id: "F-1",
        name: "feature F-1",
        status: "planned",
        description: null,
        createdAt: at(1),
        projectId: "P-1",
        tasks: { total: 0, open: 0, completed: 0, failed: 0 },
        completedRatio: null,
      },
    ],
  });
});

it("takes what is told again for new words of the same one", () => {
  const { features } = toldAfter(
    [0, feature("F-1", "P-1", { status: "planned", description: "Pay by card" })],
    [5, feature("F-1", undefined, { name: "Payment", status: "done" })],
  );
  expect(features).toMatchObject([
    { name: "Payment", status: "done", description: "Pay by card", projectId: "P-1", createdAt: at(0) },
  ]);
});

it("knows what nobody created from what names it, so that no task, feature or project hangs in the air", () => {
  const named = toldAfter([0, queued("T-1", { featureId: "F-1", projectId: "P-1" })], [1, feature("F-2", "P-2")]);
  expect(named.projects.map(({ id, name, createdAt }) => [id, name, createdAt])).toEqual([
    ["P-1", "P-1", null],
    ["P-2", "P-2", null],
  ]);
  expect(named.features).toMatchObject([
    { id: "F-1", name: "F-1", projectId: "P-1", createdAt: null, tasks: { total: 1 } },
    { id: "F-2", name: "feature F-2", projectId: "P-2", tasks: { total: 0 } },
  ]);
  const created = toldAfter([0, queued("T-1", F1)], [5, feature("F-1", "P-1")]);
  expect(created.features).toMatchObject([{ name: "feature F-1", projectId: "P-1", createdAt: at(5), tasks: { total: 1 } }]);
});

describe("how far a feature has come", () => {
  it("is what is completed of all its tasks, whichever of their events names it", () => {
    const steps: Step[] = [
      [0, feature("F-1", "P-1")],
      [1, queued("T-1", F1)],
      [2, given("T-2", F1)],
      [3, done("T-3", F1)],
      [4, queued("T-4", F1)],
      [5, done("T-1")],
      [6, failed("T-4")],
      [7, done("T-5", { featureId: "F-2" })],
      [8, done("T-6")],
    ];
    const [first, second] = toldAfter(...steps).features;
    expect(first).toMatchObject({ tasks: { total: 4, open: 1, completed: 2, failed: 1 }, completedRatio: 0.5 });
    expect(second).toMatchObject({ id: "F-2", tasks: { total: 1, completed: 1 }, completedRatio: 1 });
  });

  it("goes back where a task is begun again", () => {
    const steps: Step[] = [
      [0, queued("T-1", F1)],
      [5, done("T-1")],
    ];
    expect(toldAfter(...steps).features).toMatchObject([{ completedRatio: 1 }]);
    expect(toldAfter(...steps, [6, queued("T-1")]).features).toMatchObject([{ tasks: { total: 1, open: 1 }, completedRatio: 0 }]);
    expect(toldAfter(...steps, [6, given("T-1")], [7, failed("T-1")]).features).toMatchObject([
      { tasks: { total: 1, failed: 1 } },
    ]);
  });

  it("goes back where a task is tried again within the millisecond in which it failed, and not by a start told late", () => {
    const open = { tasks: { total: 1, open: 1 } };
    expect(toldAfter([0, given("T-1", F1)], [5, failed("T-1")], [5, given("T-1")]).features).toMatchObject([open]);
    const ofNoTime = [done("T-1", F1), given("T-1", F1), queued("T-1", F1)].map((input): Step => [5, input]);
    expect(toldAfter(...ofNoTime).features).toMatchObject([{ tasks: { total: 1, open: 0, completed: 1 } }]);
  });

  it("does not hang on the order in which a task's events are told, nor on how often", () => {
    const life: Step[] = [
      [0, queued("T-1", F1)],
      [1, given("T-1", F1)],
      [9, done("T-1", F1)],
      [9, done("T-1", F1)],
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(life, { minLength: life.length }), (told) => {
        expect(toldAfter(...told).features).toMatchObject([{ tasks: { total: 1, open: 0, completed: 1, failed: 0 } }]);
      }),
    );
  });

  it("takes a task along that turns out to be of another feature", () => {
    const { features } = toldAfter([0, queued("T-1", F1)], [1, given("T-1", { featureId: "F-2" })]);
    expect(features.map(({ id, tasks }) => [id, tasks.total])).toEqual([
      ["F-1", 0],
      ["F-2", 1],
    ]);
  });
});

describe("how far a project has come", () => {
  it("is by the tasks of its features and those of its own, each once", () => {
    const both = { featureId: "F-1", projectId: "P-1" };
    const steps: Step[] = [
      [0, feature("F-1", "P-1")],
      [1, done("T-1", both)],
      [2, queued("T-2", F1)],
      [3, queued("T-3", { projectId: "P-1" })],
      [4, done("T-4", { projectId: "P-1" })],
      [5, failed("T-5", { projectId: "P-2" })],
    ];
    expect(toldAfter(...steps).projects).toMatchObject([
      { id: "P-1", tasks: { total: 4, open: 2, completed: 2, failed: 0 }, completedRatio: 0.5 },
      { id: "P-2", tasks: { total: 1, failed: 1 }, completedRatio: 0 },
    ]);
  });

  it("counts a feature's tasks also where the feature is told to be of the project only afterwards", () => {
    const { projects } = toldAfter([0, done("T-1", F1)], [1, project("P-1")], [2, feature("F-1", "P-1")]);
    expect(projects).toMatchObject([{ id: "P-1", tasks: { total: 1, completed: 1 } }]);
  });

  it("counts a task for its feature once that is known, and no longer for the project by itself", () => {
    const { projects, features } = toldAfter([0, queued("T-1", { projectId: "P-1" })], [1, given("T-1", { featureId: "F-1" })]);
    expect(projects).toMatchObject([{ id: "P-1", tasks: { total: 1, open: 1 } }]);
    expect(features).toMatchObject([{ id: "F-1", projectId: "P-1", tasks: { total: 1 } }]);
  });
});

describe("bounds", () => {
  it("forget the projects that were heard of longest ago", () => {
    const steps = Array.from({ length: 1_000 }, (_, index): Step => [index, project(`P-${index}`)]);
    const ids = toldAfter(...steps, [1_000, queued("T-1", { projectId: "P-0" })], [1_001, project("P-new")]).projects.map(
      ({ id }) => id,
    );
    expect(ids).toHaveLength(1_000);
    expect(ids).toEqual(expect.arrayContaining(["P-0", "P-new", "P-999"]));
    expect(ids).not.toContain("P-1");
  });

  it("let go of open tasks, which count again once they are heard of, and of no completed one", () => {
    const state = projectsView.initial();
    const tell = (...steps: readonly Step[]) => {
      for (const event of stored(...steps)) projectsView.apply(state, event, timeOf(event));
      return projectsView.read(state, {}, NOON).features[0]?.tasks;
    };
    tell([0, done("T-done", F1)]);
    const open = Array.from({ length: 20_000 }, (_, index): Step => [1, queued(`T-${index}`, F1)]);
    const counts = tell(...open);
    expect(counts?.completed).toBe(1);
    expect(counts?.open).toBe(state.courses.size);
    expect(counts?.open).toBeLessThan(20_000);
    expect(tell([2, done("T-0", F1)])?.completed).toBe(2);
  });
});

it("counts are those of the list, whatever happens", () => {
  const kinds = { queued, given, done, failed };
  const arbitrary = fc.array(
    fc.tuple(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), fc.integer({ min: 1, max: 5 })),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(arbitrary, (all) => {
      // Odd tasks are of a feature, even ones of the project itself.
      const idsOf = (number: number) => (number % 2 === 1 ? { featureId: "F-1", projectId: "P-1" } : { projectId: "P-1" });
      const { projects, features } = toldAfter(
        ...all.map(([kind, number], index): Step => [index, kinds[kind](`T-${number}`, idsOf(number))]),
      );
      const last = new Map(all.map(([kind, number]) => [number, kind]));
      const countOf = (wanted: (number: number) => boolean, kind: string) =>
        [...last].filter(([number, each]) => wanted(number) && each === kind).length;
      for (const [told, wanted] of [
        [projects[0], () => true],
        [features[0], (number: number) => number % 2 === 1],
      ] as const) {
        if (told === undefined) continue;
        expect(told.tasks.completed).toBe(countOf(wanted, "done"));
        expect(told.tasks.failed).toBe(countOf(wanted, "failed"));
        expect(told.tasks.open).toBe(countOf(wanted, "queued") + countOf(wanted, "given"));
      }
    }),
  );
});

it("a status holds until another one is told", () => {
  const { projects } = toldAfter([0, project("P-1", { status: "active" })], [1, project("P-1")]);
  expect(projects).toMatchObject([{ status: "active" }]);
});

it("progress, or an end from before, that is told after the end changes nothing", () => {
  const steps: Step[] = [
    [0, queued("T-1", F1)],
    [9, done("T-1", F1)],
    [5, failed("T-1", F1)],
    [10, { type: "task_progressed", taskId: "T-1", data: { progressRatio: 0.5 } }],
  ];
  expect(toldAfter(...steps).features).toMatchObject([{ tasks: { total: 1, open: 0, completed: 1, failed: 0 } }]);
});
