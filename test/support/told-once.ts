import { expect } from "vitest";
import type { Recorder } from "./recorder.ts";

/** A RangeError of the author's model is told once, by the author, although the agent's run and a task around it failed with it. */
export function expectToldOnce(recorder: Recorder): void {
  expect(recorder.of("error_raised").map(({ agent, data }) => [agent, data.errorType])).toEqual([["author", "RangeError"]]);
  expect(recorder.of("model_called")[0]?.data).toMatchObject({ outcome: "failure", errorMessage: "no more room" });
  expect(recorder.of("agent_completed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
  expect(recorder.of("task_failed")).toHaveLength(1);
}
