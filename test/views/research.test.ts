import { expect, it } from "vitest";
import { researchView } from "../../src/views/research/view.ts";
import { readView, stored } from "../helpers/read-view.ts";

const given = (taskId: string, agent: string, alternatives: string[]) =>
  ({ type: "task_assigned", taskId, agent, data: { taskType: "write", alternatives } }) as const;
const done = (taskId: string, durationSeconds: number) =>
  ({ type: "task_completed", taskId, agent: "scribe", data: { taskType: "write", durationSeconds } }) as const;

it("calls a task reassigned only where it goes to another agent, however many could have had it", () => {
  const events = stored(
    [0, given("T-1", "scribe", ["critic"])],
    [1, given("T-2", "scribe", [])],
    [2, given("T-2", "scribe", [])],
    [3, given("T-1", "critic", [])],
  );
  const { assignments } = readView(researchView, events, {}, 60);
  expect(assignments).toMatchObject({ total: 4, withAlternatives: 1, reassigned: 1, efficiencyRatio: 0.75 });
});

it("takes the mean of completion times over the tasks alone, and sorts decisions by confidence", () => {
  const decided = (confidenceRatio: number) =>
    ({ type: "decision_made", agent: "critic", data: { decisionType: "approval", confidenceRatio } }) as const;
  const measured = { type: "measurement_recorded", data: { name: "throughput", value: 7, unit: "tasks/h" } } as const;
  const events = stored(
    [0, done("T-1", 10)],
    [1, done("T-2", 20)],
    [2, measured],
    [3, decided(0.8)],
    [4, decided(0.5)],
    [5, decided(0.49)],
  );
  const answer = readView(researchView, events, { hours: 1 }, 60);
  expect(answer.tasks).toMatchObject({ completed: 2, completedPerHour: 2 });
  expect(answer.tasks.durationSeconds.mean).toBe(15);
  expect(answer.decisions).toMatchObject({ highConfidence: 1, mediumConfidence: 1, lowConfidence: 1 });
  expect(answer.measurements).toMatchObject([{ name: "throughput", mean: 7, count: 1 }]);
});

it("tells as many tasks per hour as were completed, wherever in a quarter of an hour it is asked", () => {
  // One a minute, for five hours.
  const events = stored(...Array.from({ length: 300 }, (_, minute) => [minute * 60, done(`T-${minute}`, 1)] as const));
  const asked = Array.from({ length: 15 }, (_, minute) => 4 * 3_600 + minute * 60 + 30);
  const rates = asked.map((seconds) => {
    const until = events.slice(0, Math.floor(seconds / 60) + 1);
    return readView(researchView, until, { hours: 1 }, seconds).tasks.completedPerHour;
  });
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  expect(mean).toBeGreaterThan(58);
  expect(mean).toBeLessThan(62);
  // An hour is known by the minute.
  for (const rate of rates) expect(Math.abs(rate - 60)).toBeLessThanOrEqual(1);
});

it("tells the measurement that happened last, whichever agent measured it and whenever it was told", () => {
  const measured = (agent: string, value: number) =>
    ({ type: "measurement_recorded", agent, data: { name: "coverage", value, unit: "ratio" } }) as const;
  const events = stored(
    [0, measured("scribe", 0.1)],
    [9, measured("critic", 0.2)],
    [20, measured("scribe", 0.4)],
    [12, measured("scribe", 0.3)],
  );
  expect(readView(researchView, events, {}, 60).measurements).toMatchObject([{ last: 0.4, count: 4, min: 0.1, max: 0.4 }]);
  expect(readView(researchView, events, { agent: "critic" }, 60).measurements).toMatchObject([{ last: 0.2 }]);
});

it("tells a thousand measurements at most, however many names somebody makes up", () => {
  const measured = (index: number) =>
    ({ type: "measurement_recorded", agent: `agent-${index % 50}`, data: { name: `m-${index}`, value: 1, unit: "1" } }) as const;
  const events = stored(...Array.from({ length: 4_000 }, (_, index) => [index, measured(index)] as const));
  expect(readView(researchView, events, {}, 4_000).measurements).toHaveLength(1_000);
});

it("adds up failures and measurements over the period, whoever told them", () => {
  const lost = (agent: string) =>
    ({
      type: "failure_recorded",
      agent,
      data: { failureType: "timeout", component: "search", recoveryAttempted: true, recoverySuccessful: true },
    }) as const;
  const measured = (agent: string, value: number) =>
    ({ type: "measurement_recorded", agent, data: { name: "coverage", value, unit: "ratio" } }) as const;
  const events = stored(
    [0, lost("scribe")],
    [4_000, lost("critic")],
    [4_001, measured("scribe", 5)],
    [4_002, measured("scribe", 1)],
    [4_003, measured("scribe", 3)],
  );
  const answer = readView(researchView, events, { hours: 24 }, 5_000);
  expect(answer.failures).toMatchObject({ total: 2, recoveryAttempted: 2, recovered: 2, recoveryRatio: 1 });
  expect(answer.measurements).toMatchObject([{ min: 1, max: 5, mean: 3, last: 3 }]);
});

it("tells two hundred agents of a stretch of time apart, and keeps what the others did", () => {
  const events = stored(...Array.from({ length: 202 }, (_, index) => [0, given(`T-${index}`, `agent-${index}`, [])] as const));
  const totalOf = (query: object) => readView(researchView, events, query, 60).assignments.total;
  expect([totalOf({}), totalOf({ agent: "agent-199" }), totalOf({ agent: "agent-200" })]).toEqual([202, 1, 0]);
});
