import { expect, it } from "vitest";
import { journeysView } from "../../src/views/journeys.ts";
import { NOON } from "../helpers/events.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const begun = (operationId: string, sessionId: string) =>
  ({ type: "milestone_started", operationId, sessionId, data: { milestoneType: "project_creation" } }) as const;
const reached = (operationId: string, sessionId: string, durationSeconds: number) =>
  ({
    type: "milestone_completed",
    operationId,
    sessionId,
    data: { milestoneType: "project_creation", durationSeconds },
  }) as const;

it("counts a milestone once, whether it ended or is open, so that a completion rate can reach 1", () => {
  const events = stored([0, begun("a", "s1")], [5, reached("a", "s1", 5)], [6, begun("b", "s2")]);
  const answer = readView(journeysView, events, {}, 60);
  expect(answer).toMatchObject({ started: 2, completed: 1, failed: 0, abandoned: 0, inProgress: 1, completionRatio: 1 });
  expect(answer.durationSeconds.mean).toBe(5);
});

it("tells abandoned milestones from failed ones, and counts both against the completion", () => {
  const lost = (outcome: "failure" | "abandoned") =>
    ({ type: "milestone_failed", data: { milestoneType: "checkout", outcome, durationSeconds: 9 } }) as const;
  const events = stored([0, lost("failure")], [1, lost("abandoned")], [2, reached("c", "s3", 1)]);
  const answer = readView(journeysView, events, {}, 60);
  expect(answer).toMatchObject({ completed: 1, failed: 1, abandoned: 1 });
  expect(answer.completionRatio).toBeCloseTo(1 / 3);
  expect(answer.byType.map(({ milestoneType }) => milestoneType)).toEqual(["checkout", "project_creation"]);
});

it("says where people stop once nothing has happened for half an hour", () => {
  const events = stored([0, begun("a", "s1")], [1, begun("b", "s2")], [2, reached("b", "s2", 1)]);
  expect(readView(journeysView, events, {}, 60).stops).toEqual([]);
  expect(readView(journeysView, events, {}, 3_600).stops).toEqual([
    { milestoneType: "project_creation", reached: "started", sessions: 1, share: 0.5 },
    { milestoneType: "project_creation", reached: "completed", sessions: 1, share: 0.5 },
  ]);
});

it("opens nothing by a start that is told after its end, and opens a milestone again that begins after it", () => {
  const late = stored([5, reached("a", "s1", 5)], [0, begun("a", "s1")]);
  expect(readView(journeysView, late, {}, 60)).toMatchObject({ started: 1, completed: 1, inProgress: 0 });
  const ofNoTime = stored([5, reached("a", "s1", 0)], [5, begun("a", "s1")]);
  expect(readView(journeysView, ofNoTime, {}, 60)).toMatchObject({ started: 1, completed: 1, inProgress: 0 });
  // By a clock that is a minute ahead: what was received first counts as having happened first.
  const ahead = stored([65, reached("a", "s1", 5)], [60, begun("a", "s1")]).map((event, index) => ({
    ...event,
    receivedUnixMillis: NOON + index * 1_000,
  }));
  expect(readView(journeysView, ahead, {}, 60)).toMatchObject({ started: 1, completed: 1, inProgress: 0 });
  const again = stored([0, begun("a", "s1")], [5, reached("a", "s1", 5)], [9, begun("a", "s1")]);
  expect(readView(journeysView, again, {}, 60)).toMatchObject({ started: 2, completed: 1, inProgress: 1 });
});

it("tells of one type alone where it is asked to", () => {
  const other = { type: "milestone_started", operationId: "x", sessionId: "s2", data: { milestoneType: "checkout" } } as const;
  const events = stored([0, begun("a", "s1")], [1, other], [2, reached("a", "s1", 2)]);
  const answer = readView(journeysView, events, { milestone_type: "checkout" }, 3_600);
  expect(answer).toMatchObject({ started: 1, completed: 0, inProgress: 1, completionRatio: null });
  expect(answer.byType.map(({ milestoneType }) => milestoneType)).toEqual(["checkout"]);
  expect(answer.stops).toEqual([{ milestoneType: "checkout", reached: "started", sessions: 1, share: 1 }]);
});

it("leaves out what happened before the period, and goes by when things happened", () => {
  const events = stored([9_000, reached("b", "s2", 2)], [0, begun("a", "s1")], [1, reached("a", "s1", 1)]);
  expect(readView(journeysView, events, { hours: 1 }, 9_060)).toMatchObject({ started: 0, completed: 1, inProgress: 0 });
  expect(readView(journeysView, events, { hours: 3 }, 9_060)).toMatchObject({ started: 1, completed: 2 });
});

it("tells 200 types apart, and counts the next as `other`", () => {
  const events = stored(
    ...Array.from({ length: 203 }, (_, index): Step => {
      const data = { milestoneType: `type-${index}`, durationSeconds: 1 };
      return [index, { type: "milestone_completed", operationId: `${index}`, data }];
    }),
  );
  const { byType, completed } = readView(journeysView, events, {}, 300);
  expect([completed, byType.length]).toEqual([203, 201]);
  expect(byType.find(({ milestoneType }) => milestoneType === "other")).toMatchObject({ completed: 3 });
});

it("counts as many milestones of an hour as there were, wherever in five minutes it is asked", () => {
  const events = stored(...Array.from({ length: 720 }, (_, index) => [index * 10, reached(`o-${index}`, "s", 1)] as const));
  const asked = Array.from({ length: 30 }, (_, index) => 6_000 + index * 10 + 5);
  const counts = asked.map((seconds) => {
    const until = events.slice(0, Math.floor(seconds / 10) + 1);
    return readView(journeysView, until, { hours: 1 }, seconds).completed;
  });
  const mean = counts.reduce((sum, completed) => sum + completed, 0) / counts.length;
  expect(mean).toBeGreaterThan(357);
  expect(mean).toBeLessThan(363);
});

it("counts as in progress what was begun within the period", () => {
  const events = stored([0, begun("old", "s1")], [7_000, begun("new", "s2")]);
  expect(readView(journeysView, events, { hours: 1 }, 7_200).inProgress).toBe(1);
  expect(readView(journeysView, events, { hours: 24 }, 7_200).inProgress).toBe(2);
});

it("tells where people stopped within the period by what happened last, the most frequent first", () => {
  const events = stored(
    [-90_000, begun("before", "s0")],
    [0, begun("a", "s1")],
    [1, begun("b", "s2")],
    [2, begun("c", "s3")],
    [9, reached("b", "s2", 1)],
    [9, reached("c", "s3", 1)],
    // Told late.
    [4, begun("d", "s2")],
  );
  const { stops } = readView(journeysView, events, { hours: 24 }, 3_600);
  expect(stops.map(({ reached: how, sessions }) => [how, sessions])).toEqual([
    ["completed", 2],
    ["started", 1],
  ]);
});
