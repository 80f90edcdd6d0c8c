import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { TaskWaits } from "../../src/folds/task-waits.ts";
import { complete, timeline } from "../helpers/events.ts";

const queued = (taskId = "T-1"): EventInput => ({ type: "task_queued", taskId, data: { taskType: "fix" } });
const assigned = (queueDurationSeconds?: number, taskId = "T-1"): EventInput => ({
  type: "task_assigned",
  taskId,
  agent: "scribe",
  data: { taskType: "fix", queueDurationSeconds },
});
const done: EventInput = { type: "task_completed", taskId: "T-1", data: { taskType: "fix", durationSeconds: 1 } };

/** The waits that the events tell, one for each. */
function waits(...steps: readonly (readonly [number, EventInput])[]): (number | undefined)[] {
  const fold = new TaskWaits();
  return timeline(...steps).map((event) => fold.apply(event));
}

describe("task waits", () => {
  it("is the time between queueing and assignment", () => {
    expect(waits([0, queued()], [7, assigned()])).toEqual([undefined, 7]);
  });

  it("is what the assignment says itself, where it does", () => {
    expect(waits([0, queued()], [7, assigned(3)])).toEqual([undefined, 3]);
    expect(waits([0, assigned(0)])).toEqual([0]);
  });

  it("is not known for a task that nobody saw being queued", () => {
    expect(waits([0, assigned()])).toEqual([undefined]);
  });

  it("is told once: who gets the task next did not make it wait", () => {
    expect(waits([0, queued()], [7, assigned()], [9, assigned()])).toEqual([undefined, 7, undefined]);
  });

  it("is not below 0 where two clocks disagree", () => {
    expect(waits([5, queued()], [3, assigned()])).toEqual([undefined, 0]);
  });

  it("ends with the task, so that a later one of the same id begins anew", () => {
    expect(waits([0, queued()], [1, done], [100, assigned()]).at(-1)).toBeUndefined();
  });

  it("counts from the latest queueing", () => {
    expect(waits([0, queued()], [10, queued()], [12, assigned()]).at(-1)).toBe(2);
  });

  it("forgets the tasks that have waited longest when too many wait", () => {
    const fold = new TaskWaits();
    for (let index = 0; index < 20_001; index += 1) fold.apply(complete(queued(`T-${index}`)));
    expect(fold.apply(complete(assigned(undefined, "T-0")))).toBeUndefined();
    expect(fold.apply(complete(assigned(undefined, "T-20000")))).toBe(0);
  });

  it("forgets nobody when a task that waits is queued again", () => {
    const fold = new TaskWaits();
    for (let index = 0; index < 20_000; index += 1) fold.apply(complete(queued(`T-${index}`)));
    fold.apply(complete(queued("T-19999")));
    expect(fold.apply(complete(assigned(undefined, "T-0")))).toBe(0);
  });
});
