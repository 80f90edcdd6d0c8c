import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { userJourneysView } from "../../src/views/user-journeys.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const HOUR = 3_600;
const DAY = 86_400;

const journeys = (steps: readonly Step[], query: object = {}) => readView(userJourneysView, stored(...steps), query, 0);

const executed = (journey: string, data: object = {}): EventInput => ({
  type: "journey_executed",
  data: { journey, outcome: "success", durationSeconds: 2, ...data },
});

describe("user journeys", () => {
  const steps: Step[] = [
    [-2 * DAY, executed("CUJ-005", { outcome: "failure", errorType: "StepFailed", errorMessage: "step 3 of 9 failed" })],
    [-2 * HOUR, executed("CUJ-005", { outcome: "failure", errorType: "StepFailed", errorMessage: "step 4 of 9 failed" })],
    [-60, executed("CUJ-005", { durationSeconds: 4 })],
    [-30, executed("CUJ-007")],
  ];

  it("have a success rate over windows, a trend, failures and durations", () => {
    const [journey] = journeys(steps, { hours: 168 }).journeys;
    expect(journey).toMatchObject({
      journey: "CUJ-005",
      total: 3,
      successRatio: 1 / 3,
      windows: [{ successRatio: 1 }, { successRatio: 1 / 2 }, { successRatio: 1 / 3 }, { successRatio: 1 / 3 }],
      failures: [{ errorType: "StepFailed", pattern: "step <n> of <n> failed", count: 2 }],
      durationSeconds: { count: 3, mean: 8 / 3 },
    });
    expect(journey?.trend.hourly).toHaveLength(2);
    expect(journey?.trend.daily).toHaveLength(2);
  });

  it("come with all of them together, the most run first", () => {
    expect(journeys(steps)).toMatchObject({
      all: { total: 3, succeeded: 2, durationSeconds: { count: 3 } },
      journeys: [{ journey: "CUJ-005" }, { journey: "CUJ-007" }],
    });
  });

  it("can be asked for one by one", () => {
    expect(journeys(steps, { journey: "CUJ-007" }).journeys.map(({ journey }) => journey)).toEqual(["CUJ-007"]);
    expect(journeys(steps, { journey: "CUJ-404" }).journeys).toEqual([]);
  });

  it("beyond 500 are other", () => {
    const many = Array.from({ length: 502 }, (_, index) => [0, executed(`CUJ-${index}`)] as const);
    expect(journeys(many).journeys[0]).toMatchObject({ journey: "other", total: 2 });
  });

  it("take periods of up to thirty days and no longer", () => {
    expect(() => journeys(steps, { hours: 721 })).toThrow();
    expect(() => journeys(steps, { hours: 0 })).toThrow();
  });
});
