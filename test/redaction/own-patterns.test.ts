import { expect, it } from "vitest";
import { problemOf } from "../../src/redaction/own-patterns.ts";

it.each(["TICKET-\\d+", "/ticket/i", "\\b\\w+@\\w+\\.com\\b", "[A-Z]{2}\\d{6}", "(?<=id=)\\w+"])("takes %s", (pattern) => {
  expect(problemOf(pattern)).toBeUndefined();
});

it.each([
  ["(", "which is none (Unterminated group)"],
  ["/a/zz", "which is none (Invalid flags supplied to RegExp constructor 'zz')"],
  ["x*", "which matches where there is nothing"],
  ["(a+)+$", "which takes too long on some texts (repetitions within repetitions)"],
  ["(\\d+-?)+x", "which takes too long on some texts (repetitions within repetitions)"],
])("says what is wrong with %s", (pattern, problem) => {
  expect(problemOf(pattern)).toBe(problem);
});
