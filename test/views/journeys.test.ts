import { expect, it } from "vitest";
import { journeysView } from "../../src/views/journeys.ts";
import { readView, stored } from "../helpers/read-view.ts";

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
