import { expect, it } from "vitest";
import { listOfNames, nearNames } from "../../src/events/near-names.ts";

it.each([
  ["prot", ["host", "port", "hub"], ["port"]],
  ["metric-prefix", ["metricPrefix", "port"], ["metricPrefix"]],
  ["durationMs", ["durationSeconds", "agent"], ["durationSeconds"]],
  ["task_complete", ["task_failed", "task_completed"], ["task_completed", "task_failed"]],
  ["x", ["y", "z"], []],
  ["", ["hub"], []],
  ["日本", ["hub"], []],
])("knows what is near to %j", (unknown, among, near) => {
  expect(nearNames(unknown, among)).toEqual(near);
});

it("names three at most, and takes no time over a name that is endless", () => {
  expect(nearNames("name", ["name1", "name2", "name3", "name4"])).toHaveLength(3);
  const startedMillis = performance.now();
  nearNames("ab".repeat(1_000_000), ["abab"]);
  expect(performance.now() - startedMillis).toBeLessThan(1_000);
});

it("lists names as one would say them", () => {
  expect(listOfNames([], "or")).toBe("");
  expect(listOfNames(["a"], "or")).toBe("a");
  expect(listOfNames(["a", "b", "c"], "or")).toBe("a, b or c");
  expect(listOfNames(["a", "b", "c"], "and", 2)).toBe("a, b and 1 more");
});
