import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { progressView } from "../../src/views/progress/view.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const progress = (steps: readonly Step[], query: object = {}, nowSeconds = 0) =>
  readView(progressView, stored(...steps), query, nowSeconds);

function run(steps: readonly Step[], nowSeconds = 0, id = "run-1") {
  const { run: found } = progress(steps, { run: id }, nowSeconds);
  if (found === undefined) throw new Error(`no run ${id}`);
  return found;
}

const step = (name: string, data: object = {}, ids: object = {}): EventInput => ({
  type: "step_progressed",
  ...ids,
  data: { step: name, runId: "run-1", ...data },
});
const begun = (index: number, data: object = {}) =>
  step(`step ${index}`, { stepIndex: index, stepCount: 4, status: "started", ...data });
const done = (index: number, data: object = {}) =>
  step(`step ${index}`, { stepIndex: index, stepCount: 4, status: "completed", ...data });
const task = (data: object = {}, taskId = "T-1"): EventInput => ({ type: "task_progressed", taskId, agent: "scribe", data });
const workflowStarted: EventInput = { type: "workflow_started", workflowId: "run-1", data: { name: "checkout" } };
const workflowFailed = (outcome: "failure" | "abandoned" = "failure"): EventInput => ({
  type: "workflow_failed",
  workflowId: "run-1",
  data: { name: "checkout", durationSeconds: 9, outcome },
});

describe("progress", () => {
  it("is nothing where nothing moved on", () => {
    expect(progress([])).toEqual({ runs: [] });
    expect(progress([], { run: "run-1" })).toEqual({ runs: [] });
  });

  it("of a run is finished steps of all, and the step that it is at", () => {
    expect(
      run(
        [
          [0, begun(0)],
          [10, done(0)],
          [10, begun(1)],
        ],
        15,
      ),
    ).toMatchObject({
      status: "running",
      progressRatio: 0.25,
      currentStep: "step 1",
      stepsFinished: 1,
      stepCount: 4,
      startedAt: "2025-03-04T12:00:00.000Z",
      lastChangeAt: "2025-03-04T12:00:10.000Z",
      elapsedSeconds: 15,
    });
  });

  it("is what was told, where that was told", () => {
    expect(
      run(
        [
          [0, begun(0)],
          [1, done(0, { progressRatio: 0.9 })],
          [2, begun(1)],
        ],
        2,
      ).progressRatio,
    ).toBe(0.9);
  });

  it("is where the furthest step is, where only beginnings are told", () => {
    expect(
      run(
        [
          [0, begun(0)],
          [1, begun(1)],
          [2, begun(2)],
        ],
        2,
      ).progressRatio,
    ).toBe(0.5);
  });

  it("is unknown where nobody said how many steps there are", () => {
    expect(run([[0, step("plan", { status: "completed" })]])).toMatchObject({ progressRatio: null, remainingSeconds: null });
  });

  it("counts a step that is tried again once, and one that failed not at all", () => {
    const steps: Step[] = [
      [0, done(0)],
      [1, begun(0)],
      [2, done(0)],
      [3, begun(1)],
      [4, step("step 1", { stepIndex: 1, stepCount: 4, status: "failed" })],
      [5, step("step 2", { stepIndex: 2, stepCount: 4, status: "skipped" })],
    ];
    expect(run(steps, 5)).toMatchObject({ stepsFinished: 2, progressRatio: 0.5, currentStep: null });
  });

  it("counts what agents do within a run only where the run tells of no steps of its own", () => {
    const turn = (index: number): EventInput => ({
      type: "step_progressed",
      workflowId: "run-1",
      agent: "scribe",
      data: { step: "turn", stepIndex: index, status: "completed" },
    });
    const turns = [0, 1, 2, 3, 4].map((index): Step => [index, turn(index)]);
    expect(run(turns, 5)).toMatchObject({ stepsFinished: 5, progressRatio: null });
    const withSteps = run([...turns, [5, done(0)], [6, turn(5)], [7, begun(1)]], 8);
    expect(withSteps).toMatchObject({ status: "running", stepsFinished: 1, stepCount: 4, progressRatio: 0.25 });
    expect(withSteps.history.map(({ step: name }) => name)).toEqual([
      "turn",
      "turn",
      "turn",
      "turn",
      "turn",
      "step 0",
      "turn",
      "step 1",
    ]);
  });

  it("counts steps that say how many there are, and those that name the run", () => {
    const planned: EventInput = {
      type: "step_progressed",
      workflowId: "run-1",
      data: { step: "plan", stepIndex: 0, stepCount: 4, status: "completed" },
    };
    expect(
      run(
        [
          [0, planned],
          [1, step("write", { status: "completed" })],
        ],
        2,
      ),
    ).toMatchObject({ stepsFinished: 2, progressRatio: 0.5 });
  });

  it("has a history of steps with their times", () => {
    const { history } = run(
      [
        [0, begun(0)],
        [10, done(0, { message: "planned", cpuSeconds: 2, peakRssBytes: 1_000 })],
        [30, step("write", { status: "completed", durationSeconds: 15 })],
        [40, begun(1)],
      ],
      40,
    );
    expect(history).toMatchObject([
      {
        step: "step 0",
        index: 0,
        status: "completed",
        times: 1,
        startedAt: "2025-03-04T12:00:00.000Z",
        endedAt: "2025-03-04T12:00:10.000Z",
        durationSeconds: 10,
        cpuSeconds: 2,
        peakRssBytes: 1_000,
        message: "planned",
      },
      { step: "write", index: null, startedAt: "2025-03-04T12:00:15.000Z", durationSeconds: 15 },
      { step: "step 1", status: "started", endedAt: null, durationSeconds: null },
    ]);
  });

  it("keeps the last 50 steps, and counts all", () => {
    const steps = Array.from({ length: 80 }, (_, index): Step => [index, done(index, { stepCount: 100 })]);
    const found = run(steps, 80);
    expect(found.history).toHaveLength(50);
    expect(found.history.at(-1)?.step).toBe("step 79");
    expect(found).toMatchObject({ stepsFinished: 80, progressRatio: 0.8 });
  });

  it("falls back to the step that is still going on where several do", () => {
    expect(
      run(
        [
          [0, begun(0)],
          [1, begun(1)],
          [2, done(1)],
        ],
        2,
      ).currentStep,
    ).toBe("step 0");
  });

  it("says how long the rest takes at the pace so far", () => {
    const steps: Step[] = [
      [0, workflowStarted],
      [10, done(0)],
    ];
    expect([10, 25, 40].map((now) => run(steps, now).remainingSeconds)).toEqual([30, 15, 0]);
  });

  it("does not say how long the rest takes where that cannot be said", () => {
    const slower = run(
      [
        [0, workflowStarted],
        [10, done(0)],
      ],
      41,
    );
    const first = run([[0, step("x", { progressRatio: 0.5 })]], 1);
    const little = run(
      [
        [0, step("x", { progressRatio: 0.5 })],
        [10, step("x", { progressRatio: 0.52 })],
      ],
      11,
    );
    expect([slower, first, little].map(({ remainingSeconds }) => remainingSeconds)).toEqual([null, null, null]);
  });

  it("knows the pace of a run that it came late to, and of one that begins anew", () => {
    const late = run(
      [
        [0, step("x", { progressRatio: 0.5 })],
        [10, step("x", { progressRatio: 0.75 })],
      ],
      10,
    );
    const anew = run(
      [
        [0, step("x", { progressRatio: 0.5 })],
        [10, step("x", { progressRatio: 0 })],
        [20, step("x", { progressRatio: 0.5 })],
      ],
      20,
    );
    expect([late.remainingSeconds, anew.remainingSeconds]).toEqual([10, 10]);
  });

  it("stalls where nothing moves on for five minutes", () => {
    const steps: Step[] = [
      [0, begun(0)],
      [10, done(0)],
    ];
    expect([310, 311].map((now) => run(steps, now).status)).toEqual(["running", "stalled"]);
    expect(run(steps, 311).remainingSeconds).toBeNull();
  });

  it("ends with its workflow, its journey, or all of the way", () => {
    const begin: Step[] = [[0, begun(0)]];
    const completed: EventInput = {
      type: "workflow_completed",
      workflowId: "run-1",
      data: { name: "checkout", durationSeconds: 5 },
    };
    const journey: EventInput = {
      type: "journey_executed",
      data: { journey: "CUJ-1", runId: "run-1", outcome: "cancelled", durationSeconds: 5 },
    };
    const all = [0, 1, 2, 3].map((index): Step => [index, done(index)]);
    expect(run([...begin, [5, completed]], 99)).toMatchObject({
      status: "succeeded",
      progressRatio: 1,
      name: "checkout",
      currentStep: null,
      endedAt: "2025-03-04T12:00:05.000Z",
      elapsedSeconds: 5,
    });
    expect(run([...begin, [5, workflowFailed()]], 99)).toMatchObject({ status: "failed", progressRatio: 0 });
    expect(run([...begin, [5, workflowFailed("abandoned")]], 99).status).toBe("abandoned");
    expect(run([...begin, [5, journey]], 99)).toMatchObject({ status: "cancelled", name: "CUJ-1" });
    expect(run(all, 99)).toMatchObject({ status: "succeeded", endedAt: "2025-03-04T12:00:03.000Z" });
  });

  it("of a task that is tried again after its end begins anew, also at once", () => {
    const failed: EventInput = {
      type: "task_failed",
      taskId: "T-1",
      data: { taskType: "write", durationSeconds: 1, outcome: "failure" },
    };
    const given: EventInput = { type: "task_assigned", taskId: "T-1", agent: "scribe", data: { taskType: "write" } };
    for (const second of [5, 6]) {
      const again = run(
        [
          [0, task({ progressRatio: 0.8, step: "read" })],
          [5, failed],
          [second, given],
        ],
        7,
        "T-1",
      );
      expect(again).toMatchObject({ status: "running", progressRatio: null, endedAt: null, history: [], name: "write" });
    }
    expect(
      run(
        [
          [0, task({ progressRatio: 0.8 })],
          [5, failed],
          [1, given],
        ],
        7,
        "T-1",
      ),
    ).toMatchObject({ status: "failed" });
    expect(progress([[0, given]])).toEqual({ runs: [] });
  });

  it("does not go back where something is told late", () => {
    const late: Step[] = [
      [0, task({ progressRatio: 0.2 })],
      [20, task({ progressRatio: 0.8 })],
      [10, task({ progressRatio: 0.5 })],
    ];
    expect(run(late, 30, "T-1").progressRatio).toBe(0.8);
    expect(run([...late, [40, task({ progressRatio: 0.1 })]], 50, "T-1").progressRatio).toBe(0.1);
  });

  it("begins anew where the run does, and keeps its steps where only its start was told late", () => {
    const again = run(
      [
        [0, workflowStarted],
        [1, done(0)],
        [2, workflowFailed()],
        [3, workflowStarted],
      ],
      3,
    );
    expect(again).toMatchObject({ status: "running", stepsFinished: 0, history: [], startedAt: "2025-03-04T12:00:03.000Z" });
    const late = run(
      [
        [5, done(0)],
        [0, workflowStarted],
      ],
      5,
    );
    expect(late).toMatchObject({
      stepsFinished: 1,
      name: "checkout",
      startedAt: "2025-03-04T12:00:00.000Z",
      remainingSeconds: 15,
    });
  });

  it("of a task is what it says, step after step", () => {
    const steps: Step[] = [
      [0, task({ taskType: "write_test", step: "read", progressRatio: 0.1 })],
      [10, task({ step: "write", progressRatio: 0.5, message: "half of it", attempt: 2 })],
    ];
    const found = run(steps, 12, "T-1");
    expect(found).toMatchObject({
      kind: "task",
      name: "write_test",
      agent: "scribe",
      progressRatio: 0.5,
      currentStep: "write",
      message: "half of it",
      attempt: 2,
      history: [
        { step: "read", status: "completed", durationSeconds: 10 },
        { step: "write", status: "started" },
      ],
    });
    const ended: EventInput = {
      type: "task_failed",
      taskId: "T-1",
      data: { taskType: "write_test", durationSeconds: 3, outcome: "timeout" },
    };
    expect(run([...steps, [20, ended]], 30, "T-1")).toMatchObject({ status: "failed", progressRatio: 0.5 });
  });

  it("belongs to the run of a workflow where the step names none, and to nothing where it names no work at all", () => {
    const steps: Step[] = [
      [0, step("x", { runId: undefined }, { workflowId: "W-1" })],
      [0, step("x", { runId: undefined }, { taskId: "T-1" })],
      [0, step("x", { runId: undefined })],
    ];
    expect(progress(steps).runs.map(({ kind, id }) => [kind, id])).toEqual([
      ["run", "W-1"],
      ["task", "T-1"],
    ]);
  });

  it("is listed by the last change, by status, and up to a limit", () => {
    const steps: Step[] = [
      [0, step("x", { runId: "a" })],
      [2, step("x", { runId: "b", progressRatio: 1 })],
      [1, step("x", { runId: "c" })],
    ];
    const ids = (query: object) => progress(steps, query, 2).runs.map(({ id }) => id);
    expect([ids({}), ids({ status: "running" }), ids({ limit: "1" })]).toEqual([["b", "c", "a"], ["c", "a"], ["b"]]);
  });

  it("is kept of the last 2,000 runs", () => {
    const steps = Array.from({ length: 2_100 }, (_, index): Step => [index, step("x", { runId: `run-${index}` })]);
    const { runs } = progress(steps, { limit: 2_000 }, 2_100);
    expect(runs).toHaveLength(2_000);
    expect(runs[0]?.id).toBe("run-2099");
  });

  it("of finished steps is the same in whatever order their ends arrive", () => {
    const steps = [0, 1, 2].flatMap((index): Step[] => [
      [index * 10, begun(index)],
      [index * 10 + 5, done(index)],
    ]);
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
        expect(run(shuffled, 25)).toMatchObject({
          stepsFinished: 3,
          progressRatio: 0.75,
          currentStep: null,
          startedAt: "2025-03-04T12:00:00.000Z",
          lastChangeAt: "2025-03-04T12:00:25.000Z",
        });
      }),
    );
  });
});

describe("a run whose start was told late", () => {
  it("goes on as it ended, and began when its first step did", () => {
    const steps: Step[] = [
      [10, done(0, { durationSeconds: 8 })],
      [20, workflowFailed()],
      [5, workflowStarted],
    ];
    const told = run(steps, 60);
    expect(told).toMatchObject({ status: "failed", name: "checkout", startedAt: "2025-03-04T12:00:02.000Z" });
    expect(told.history).toMatchObject([{ step: "step 0", times: 1, durationSeconds: 8 }]);
  });
});

it("the step that a task failed in is not completed by what is told of it afterwards", () => {
  const steps: Step[] = [
    [0, task({ step: "write" })],
    [
      5,
      {
        type: "task_failed",
        taskId: "T-1",
        agent: "scribe",
        data: { taskType: "write", durationSeconds: 5, outcome: "failure" },
      },
    ],
    [6, task({ step: "read" })],
  ];
  expect(run(steps, 10, "T-1").history.map(({ step: name, status }) => [name, status])).toEqual([
    ["write", "started"],
    ["read", "started"],
  ]);
});
