import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput, StoredEvent } from "../../src/events/types.ts";
import { windowsView } from "../../src/views/windows.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const MINUTE = 60;

const heartbeat: EventInput = { type: "agent_heartbeat", agent: "scribe", data: {} };
const handoff = (outcome: string, durationSeconds = 1): EventInput =>
  ({
    type: "handoff_completed",
    data: { fromAgent: "scribe", toAgent: "critic", outcome, durationSeconds },
  }) as EventInput;
const called = (data: object = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 2, ...data },
});
const task = (durationSeconds: number, data: object = {}): EventInput => ({
  type: "task_completed",
  taskId: "T-1",
  data: { taskType: "write", durationSeconds, ...data },
});

/** The windows of 1, 5 and 15 minutes, so many seconds after noon. */
function windowsAt(nowSeconds: number, events: readonly StoredEvent[]) {
  const [one, five, fifteen] = readView(windowsView, events, {}, nowSeconds).windows;
  if (one === undefined || five === undefined || fifteen === undefined) throw new Error("not three windows");
  return { one, five, fifteen };
}

const minuteOf = (...inputs: readonly EventInput[]) => windowsAt(30, stored(...inputs.map((input): Step => [1, input]))).one;

it("has windows of 1, 5 and 15 minutes, with no share of nothing and no quantile of nothing", () => {
  const { windows } = readView(windowsView, [], {}, 0);
  expect(windows.map(({ minutes }) => minutes)).toEqual([1, 5, 15]);
  expect(windows[0]).toMatchObject({
    events: 0,
    eventsPerSecond: 0,
    eventsPerSecondByType: {},
    throughputPerSecond: 0,
    errorRatio: null,
    errorsPerSecond: 0,
    tokens: 0,
    costUsd: 0,
    durationSeconds: { count: 0, mean: null, p50: null, p99: null },
    cpuSeconds: 0,
    peakRssBytes: 0,
  });
});

describe("rates", () => {
  it("are of all events and by type, the most frequent first, over the length of the window", () => {
    const steps = [heartbeat, heartbeat, called(), heartbeat, called(), handoff("success")].map((input): Step => [1, input]);
    const { one, five, fifteen } = windowsAt(2, stored(...steps));
    expect(one).toMatchObject({ events: 6, eventsPerSecond: 0.1 });
    expect(Object.entries(one.eventsPerSecondByType)).toEqual([
      ["agent_heartbeat", 3 / 60],
      ["model_called", 2 / 60],
      ["handoff_completed", 1 / 60],
    ]);
    expect(five).toMatchObject({ events: 6, eventsPerSecond: 6 / 300 });
    expect(fifteen).toMatchObject({ events: 6, eventsPerSecond: 6 / 900 });
  });

  it("tell what is steady as what it is, in each window", () => {
    const steps = Array.from({ length: 1_800 }, (_, index): Step => [index - 900, heartbeat]);
    for (const now of [899, 899.9, 897.3]) {
      const events = stored(...steps.filter(([atSeconds]) => atSeconds <= now));
      // One a second, to within half a slot and the second that is being filled, wherever in a slot the moment is.
      for (const { minutes, eventsPerSecond } of Object.values(windowsAt(now, events))) {
        expect(Math.abs(eventsPerSecond - 1) * minutes * 60).toBeLessThanOrEqual(3.5);
      }
    }
  });

  it("of throughput are of work that ended, also where nobody told how long it took", () => {
    const begun: EventInput = { type: "task_assigned", taskId: "T-1", agent: "scribe", data: { taskType: "write" } };
    const skill: EventInput = { type: "skill_invoked", data: { skill: "review", outcome: "failure" } };
    const window = minuteOf(heartbeat, begun, handoff("success"), task(3), skill);
    expect(window.throughputPerSecond).toBe(3 / 60);
    expect(window.errorRatio).toBeCloseTo(1 / 3);
    expect(window.durationSeconds.count).toBe(2);
  });
});

describe("errors", () => {
  it("are a share of the work that ended: what failed or timed out, not what was called off or given up", () => {
    const outcomes = ["success", "failure", "timeout", "cancelled", "abandoned"];
    expect(minuteOf(...outcomes.map((outcome) => handoff(outcome))).errorRatio).toBe(2 / 5);
  });

  it("are also steps that failed and tasks that were given up", () => {
    const step = (status: "completed" | "failed"): EventInput => ({
      type: "step_progressed",
      workflowId: "W-1",
      data: { step: "plan", status, durationSeconds: 1 },
    });
    const failed: EventInput = { type: "task_failed", taskId: "T-1", data: { taskType: "write", durationSeconds: 1 } };
    expect(minuteOf(step("completed"), step("failed"), failed, task(1)).errorRatio).toBe(0.5);
  });

  it("that were raised have a rate of their own, and are no work that ended", () => {
    const raised: EventInput = { type: "error_raised", data: { errorType: "TimeoutError" } };
    expect(minuteOf(raised, raised, raised)).toMatchObject({ errorsPerSecond: 0.05, errorRatio: null, throughputPerSecond: 0 });
  });
});

describe("tokens, money and resources", () => {
  it("are added up over model calls: cached tokens are input and reasoning ones output already", () => {
    const calls = [
      called({ inputTokens: 100, cacheReadTokens: 80, outputTokens: 20, reasoningTokens: 15, costUsd: 0.25 }),
      called({ inputTokens: 10, outputTokens: 5, costUsd: 0.5 }),
      called(),
    ];
    expect(minuteOf(...calls)).toMatchObject({ tokens: 135, costUsd: 0.75 });
  });

  it("count once what a task and a run say of the same money", () => {
    const run: EventInput = {
      type: "agent_completed",
      agent: "scribe",
      data: { outcome: "success", durationSeconds: 1, costUsd: 9 },
    };
    expect(minuteOf(called({ costUsd: 0.5 }), task(1, { costUsd: 0.5 }), run).costUsd).toBe(0.5);
  });

  it("have the processor's time as a sum and the memory as the highest", () => {
    const window = minuteOf(
      task(1, { cpuSeconds: 0.5, peakRssBytes: 900 }),
      task(1, { cpuSeconds: 0.25, peakRssBytes: 400 }),
      heartbeat,
    );
    expect(window).toMatchObject({ cpuSeconds: 0.75, peakRssBytes: 900 });
  });
});

describe("latency", () => {
  it("is of all work that ended, and of model calls alone, with a true mean", () => {
    const window = minuteOf(called({ durationSeconds: 2 }), called({ durationSeconds: 4 }), task(9));
    expect(window.durationSeconds).toMatchObject({ count: 3, mean: 5 });
    expect(window.modelDurationSeconds).toMatchObject({ count: 2, mean: 3 });
  });

  it("has percentiles to within 1 %, also over slots", () => {
    const durations = fc.array(fc.tuple(fc.integer({ min: -890, max: 0 }), fc.integer({ min: 1, max: 100_000 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(durations, (all) => {
        const events = stored(...all.map(([atSeconds, millis]): Step => [atSeconds, task(millis / 1_000)]));
        const { durationSeconds } = windowsAt(0, events).fifteen;
        const sorted = all.map(([, millis]) => millis / 1_000).sort((one, other) => one - other);
        for (const [told, share] of [
          [durationSeconds.p50, 0.5],
          [durationSeconds.p95, 0.95],
          [durationSeconds.p99, 0.99],
        ] as const) {
          const exact = sorted[Math.ceil(sorted.length * share) - 1] as number;
          expect(Math.abs((told as number) / exact - 1)).toBeLessThanOrEqual(0.0101);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("a window's edge", () => {
  const countAt = (nowSeconds: number, ...seconds: readonly number[]) =>
    windowsAt(nowSeconds, stored(...seconds.map((at): Step => [at, heartbeat]))).one.events;

  it("is where it should be to within half a slot, whatever the moment", () => {
    for (let now = 60; now < 70; now += 0.5) {
      expect(countAt(now, now - 57.4), `57.4 s before ${now}`).toBe(1);
      expect(countAt(now, now - 62.6), `62.6 s before ${now}`).toBe(0);
    }
  });

  it("includes what happens now", () => {
    expect(countAt(60, 60)).toBe(1);
    expect(countAt(64.9, 64.9)).toBe(1);
  });

  it("is passed one window after the other", () => {
    const events = stored([0, heartbeat]);
    const counts = (now: number) => Object.values(windowsAt(now, events)).map(({ events: count }) => count);
    expect(counts(30)).toEqual([1, 1, 1]);
    expect(counts(2 * MINUTE)).toEqual([0, 1, 1]);
    expect(counts(6 * MINUTE)).toEqual([0, 0, 1]);
    expect(counts(15 * MINUTE)).toEqual([0, 0, 1]);
    expect(counts(16 * MINUTE)).toEqual([0, 0, 0]);
  });
});

describe("what is told late, early or after a gap", () => {
  it("counts when it happened, in whatever order it is told", () => {
    const steps: Step[] = [
      [100, heartbeat],
      [0, called()],
      [50, handoff("failure")],
      [99, heartbeat],
      [-300, task(1)],
    ];
    const told = (all: readonly Step[]) => readView(windowsView, stored(...all), {}, 101);
    expect(told([...steps].reverse())).toEqual(told(steps));
    expect(told(steps).windows.map(({ events }) => events)).toEqual([3, 4, 5]);
  });

  it("is in no window where it happened more than a quarter of an hour ago", () => {
    expect(windowsAt(0, stored([0, heartbeat], [-3_600, heartbeat], [-86_400, heartbeat])).fifteen.events).toBe(1);
  });

  it("counts when the hub heard of it where the sender's clock is ahead", () => {
    const [event] = stored([86_400, heartbeat]) as [StoredEvent];
    const [after] = stored([2, heartbeat]) as [StoredEvent];
    const ahead = { ...event, receivedUnixMillis: after.timeUnixMillis - 1_000 };
    expect(windowsAt(3, [ahead, after]).one.events).toBe(2);
  });

  it("begins anew after a gap, with nothing of what was before", () => {
    const before = Array.from({ length: 400 }, (_, index): Step => [index, called({ costUsd: 1 })]);
    const hour = 3_600;
    expect(windowsAt(hour, stored(...before)).fifteen).toMatchObject({
      events: 0,
      costUsd: 0,
      modelDurationSeconds: { count: 0 },
    });
    const after = windowsAt(hour + 1, stored(...before, [hour, called({ costUsd: 0.5 })]));
    for (const window of Object.values(after)) expect(window).toMatchObject({ events: 1, costUsd: 0.5 });
  });

  it("keeps no more than the slots of a quarter of an hour", () => {
    const state = windowsView.initial();
    for (const event of stored(...Array.from({ length: 5_000 }, (_, index): Step => [index, heartbeat]))) {
      windowsView.apply(state, event, event.timeUnixMillis);
    }
    expect(state.byIndex.size).toBeLessThanOrEqual(181);
  });
});

describe("whatever happens", () => {
  const inputs = fc.oneof(
    fc.constant(heartbeat),
    fc.constantFrom("success", "failure", "timeout", "cancelled").map((outcome) => handoff(outcome)),
    // Money in halves of cents that binary has exactly.
    fc.tuple(fc.nat(900), fc.nat(64)).map(([inputTokens, part]) => called({ inputTokens, costUsd: part / 64 })),
    fc.nat(100).map((tenths) => task(tenths / 10)),
  );
  const arbitrarySteps = fc.array(fc.tuple(fc.integer({ min: -1_000_000, max: 0 }), inputs), { maxLength: 120 });

  it("sums are those of a plain count over the list", () => {
    fc.assert(
      fc.property(arbitrarySteps, (all) => {
        const events = stored(...all.map(([atMillis, input]): Step => [atMillis / 1_000, input]));
        // Noon stands on the edge of a slot, so that windows begin at the very moment.
        for (const [index, window] of readView(windowsView, events, {}, 0).windows.entries()) {
          const within = all
            .filter(([atMillis]) => atMillis >= -([1, 5, 15][index] as number) * 60_000)
            .map(([, input]) => input);
          const ended = within.filter(({ type }) => type !== "agent_heartbeat");
          const calls = within.flatMap((input) => (input.type === "model_called" ? [input.data] : []));
          const failures = within.filter(
            ({ type, data }) => type === "handoff_completed" && "outcome" in data && /failure|timeout/.test(String(data.outcome)),
          );
          expect(window.events).toBe(within.length);
          expect(window.durationSeconds.count).toBe(ended.length);
          expect(window.throughputPerSecond).toBe(ended.length / (window.minutes * 60));
          expect(window.errorRatio).toBe(ended.length === 0 ? null : failures.length / ended.length);
          expect(window.tokens).toBe(calls.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0));
          expect(window.costUsd).toBe(calls.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0));
          const rates = Object.values(window.eventsPerSecondByType).reduce((sum, rate) => sum + rate, 0);
          expect(rates).toBeCloseTo(window.eventsPerSecond, 9);
        }
      }),
    );
  });
});

it("tells the largest memory of the window, whichever came last", () => {
  const events = stored([1, task(1, { peakRssBytes: 900 })], [20, task(1, { peakRssBytes: 100 })]);
  expect(windowsAt(30, events).one.peakRssBytes).toBe(900);
});

it("has all of the longest window where the newest slot has only begun", () => {
  const events = stored([0, heartbeat], [15 * MINUTE, heartbeat]);
  expect(windowsAt(15 * MINUTE, events).fifteen.events).toBe(2);
});
