import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { skillsView } from "../../src/views/skills.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const skills = (steps: readonly Step[], query: object = {}, nowSeconds = 0) =>
  readView(skillsView, stored(...steps), query, nowSeconds);

function one(steps: readonly Step[], query: object = {}, nowSeconds = 0) {
  const [skill] = skills(steps, query, nowSeconds).skills;
  if (skill === undefined) throw new Error("no skill was answered");
  return skill;
}

const used = (data: object = {}, ids: object = {}): EventInput => ({
  type: "skill_invoked",
  ...ids,
  data: { skill: "review", outcome: "success", ...data },
});

const failed = (errorMessage?: string, errorType?: string): EventInput => used({ outcome: "failure", errorType, errorMessage });

describe("skills", () => {
  it("are none where none was used", () => {
    expect(skills([])).toMatchObject({ hours: 24, skills: [], all: { total: 0, successRatio: null, cacheHitRatio: null } });
  });

  it("have a success rate over an hour, a day, a week and thirty days", () => {
    const { windows } = one([
      [-40 * DAY, failed()],
      [-20 * DAY, failed()],
      [-3 * DAY, failed()],
      [-3 * HOUR, failed()],
      [-30 * MINUTE, used()],
      [0, used()],
    ]);
    expect(windows.map(({ hours, total, successRatio }) => [hours, total, successRatio])).toEqual([
      [1, 2, 1],
      [24, 3, 2 / 3],
      [168, 4, 2 / 4],
      [720, 5, 2 / 5],
    ]);
  });

  it("leave what was called off out of the success rate, and count what timed out or was never heard of again", () => {
    const outcomes = ["success", "cancelled", "timeout", "abandoned"];
    expect(one(outcomes.map((outcome) => [0, used({ outcome })] as const))).toMatchObject({
      total: 4,
      succeeded: 1,
      cancelled: 1,
      failed: 2,
      successRatio: 1 / 3,
    });
  });

  it("have figures of the period that is asked for", () => {
    const steps: Step[] = [
      [-50 * HOUR, used({ durationSeconds: 100 })],
      [-5 * HOUR, used({ durationSeconds: 10 })],
      [-MINUTE, used({ durationSeconds: 1 })],
    ];
    const figures = [1, 24, 72].map((hours) => one(steps, { hours }));
    expect(figures.map(({ total, durationSeconds }) => [total, durationSeconds.count, durationSeconds.mean])).toEqual([
      [1, 1, 1],
      [2, 2, 5.5],
      [3, 3, 37],
    ]);
  });

  it("have a trend by the hour for a day and by the day for thirty", () => {
    const { trend } = one([
      [-30 * DAY, used()],
      [-29 * DAY, used()],
      [-2 * DAY, failed()],
      [-24 * HOUR, used()],
      [-23 * HOUR, used()],
      [-2 * HOUR, failed()],
      [-2 * HOUR + 1, used()],
      [0, used()],
    ]);
    expect(trend.hourly.map(({ startAt, total, failed: lost }) => [startAt, total, lost])).toEqual([
      ["2025-03-03T13:00:00.000Z", 1, 0],
      ["2025-03-04T10:00:00.000Z", 2, 1],
      ["2025-03-04T12:00:00.000Z", 1, 0],
    ]);
    expect(trend.daily.map(({ startAt, total }) => [startAt, total])).toEqual([
      ["2025-02-03T00:00:00.000Z", 1],
      ["2025-03-02T00:00:00.000Z", 1],
      ["2025-03-03T00:00:00.000Z", 2],
      ["2025-03-04T00:00:00.000Z", 3],
    ]);
  });

  it("tell how durations are spread, without those that were called off", () => {
    const steps = Array.from({ length: 100 }, (_, index) => [0, used({ durationSeconds: index + 1 })] as const);
    const { durationSeconds } = one([...steps, [0, used({ outcome: "cancelled", durationSeconds: 9_000 })]]);
    expect(durationSeconds).toMatchObject({ count: 100, mean: 50.5 });
    const { p50, p75, p90, p95, p99 } = durationSeconds;
    for (const [told, exact] of [
      [p50, 50],
      [p75, 75],
      [p90, 90],
      [p95, 95],
      [p99, 99],
    ]) {
      expect(Math.abs((told as number) - (exact as number))).toBeLessThan((exact as number) * 0.01);
    }
  });

  it("tell what goes wrong by what failures have in common, the most frequent first", () => {
    const { failures } = one([
      [-90, failed("cannot read /srv/a.json after 3 tries", "ReadError")],
      [-60, failed("cannot read /srv/b/c.json after 12 tries", "ReadError")],
      [-30, failed("model said no", "Refusal")],
      [-20, used({ outcome: "timeout" })],
    ]);
    expect(failures).toEqual([
      {
        errorType: "ReadError",
        pattern: "cannot read <path> after <n> tries",
        example: "cannot read /srv/a.json after 3 tries",
        count: 2,
        lastSeenAt: "2025-03-04T11:59:00.000Z",
      },
      { errorType: "timeout", pattern: "", example: "", count: 1, lastSeenAt: "2025-03-04T11:59:40.000Z" },
      expect.objectContaining({ errorType: "Refusal", count: 1 }),
    ]);
  });

  it("tell the ten most frequent failures within the period only", () => {
    const old = Array.from({ length: 5 }, () => [-3 * DAY, failed("an old one")] as const);
    const many = Array.from({ length: 12 }, (_, index) => [-MINUTE, failed(`${"another ".repeat(index + 1)}one`)] as const);
    expect(one(old, { hours: 1 }).failures).toEqual([]);
    const { failures } = one([...old, ...many], { hours: 1 });
    expect(failures).toHaveLength(10);
    expect(failures.map(({ pattern }) => pattern)).not.toContain("an old one");
    expect(one([...old, ...many], { hours: 100 }).failures[0]).toMatchObject({ pattern: "an old one", count: 5 });
  });

  it("forget the rarest failures of a flood, and not those that come again and again", () => {
    const steps = Array.from({ length: 200 }, (_, index): Step[] => [
      [index, failed(`odd ${"x".repeat(index + 1)}`)],
      [index, failed("again")],
    ]).flat();
    expect(one(steps, {}, 200).failures[0]).toMatchObject({ pattern: "again", count: 200 });
  });

  it("tell how often a cache answered, of those that told", () => {
    expect(
      one([
        [0, used({ cacheHit: true })],
        [0, used({ cacheHit: false })],
        [0, used({ cacheHit: true })],
        [0, used()],
      ]),
    ).toMatchObject({
      cacheHits: 2,
      cacheHitRatio: 2 / 3,
    });
  });

  it("tell which journeys and runs used them, the last one first", () => {
    const steps: Step[] = [
      [-30, used({ runId: "run-1", journey: "checkout" })],
      [-20, used({ runId: "run-2", journey: "checkout", outcome: "failure" })],
      [-10, used({ journey: "search" }, { workflowId: "run-3" })],
      [0, used()],
    ];
    const { byJourney, byRun } = one(steps);
    expect(byJourney.map(({ journey, total, successRatio }) => [journey, total, successRatio])).toEqual([
      ["search", 1, 1],
      ["checkout", 2, 0.5],
    ]);
    expect(byRun.map(({ runId, total }) => [runId, total])).toEqual([
      ["run-3", 1],
      ["run-2", 1],
      ["run-1", 1],
    ]);
  });

  it("keep the last 20 runs of a skill", () => {
    const { byRun } = one(
      Array.from({ length: 50 }, (_, index) => [index, used({ runId: `run-${index}` })] as const),
      {},
      50,
    );
    expect(byRun.map(({ runId }) => runId)).toEqual(Array.from({ length: 20 }, (_, index) => `run-${49 - index}`));
  });

  it("can be asked for one by one, and come with figures of all of them", () => {
    const steps: Step[] = [
      [0, used()],
      [0, used({ skill: "plan", durationSeconds: 3 })],
      [0, used({ skill: "plan", outcome: "failure" })],
    ];
    expect(skills(steps)).toMatchObject({
      all: { total: 3, successRatio: 2 / 3, durationSeconds: { count: 1, mean: 3 } },
      skills: [{ skill: "plan" }, { skill: "review" }],
    });
    expect(skills(steps, { skill: "review" }).skills.map(({ skill }) => skill)).toEqual(["review"]);
  });

  it("are told up to a limit, the most used first, while the figures of all are of all", () => {
    const answer = skills(
      [
        [0, used()],
        [0, used({ skill: "plan" })],
        [0, used({ skill: "plan" })],
      ],
      { limit: 1 },
    );
    expect(answer.skills.map(({ skill }) => skill)).toEqual(["plan"]);
    expect(answer.all.total).toBe(3);
  });

  it("beyond 500 are other", () => {
    const steps = Array.from({ length: 600 }, (_, index) => [0, used({ skill: `skill-${index}` })] as const);
    const answer = skills(steps, { limit: 1_000 });
    expect(answer.skills).toHaveLength(501);
    expect(answer.skills[0]).toMatchObject({ skill: "other", total: 100 });
    expect(answer.all.total).toBe(600);
  });

  it("that were not used for thirty days are not shown", () => {
    expect(skills([[0, used()]], {}, 31 * DAY).skills).toEqual([]);
  });

  it("come to the same in whatever order events arrive", () => {
    const steps = Array.from({ length: 40 }, (_, index): Step => {
      const outcome = (["success", "failure", "timeout"] as const)[index % 3] ?? "success";
      return [
        -index * 1_000,
        used({ skill: `skill-${index % 2}`, outcome, errorMessage: "no", durationSeconds: index % 7, cacheHit: index % 5 > 2 }),
      ];
    });
    const expected = skills(steps, { hours: 12 });
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
        expect(skills(shuffled, { hours: 12 })).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

it("leaves out the journeys that did not use a skill within the period, and goes by when they last did", () => {
  const steps: Step[] = [
    [-2 * HOUR, used({ journey: "long ago" })],
    [-5 * MINUTE, used({ journey: "checkout" })],
    [-3 * HOUR, used({ journey: "checkout" })],
  ];
  expect(one(steps, { hours: 1 }).byJourney.map(({ journey }) => journey)).toEqual(["checkout"]);
});
