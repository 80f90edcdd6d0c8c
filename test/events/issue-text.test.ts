import { expect, it } from "vitest";
import { z } from "zod";
import { issueText } from "../../src/events/issue-text.ts";

const form = z.strictObject({
  name: z.string().min(1).max(3).default("a"),
  count: z.int().max(9_000).default(0),
  hours: z.coerce.number().int().min(1).max(168).default(1),
  above: z.number().positive().default(1),
  outcome: z.enum(["success", "failure"]).default("success"),
  agents: z.array(z.string()).min(1).max(2).default(["a"]),
  isDone: z.boolean().default(true),
  at: z.iso.datetime().default("2026-11-20T12:00:00Z"),
  value: z.union([z.string(), z.number(), z.boolean()]).default(""),
  nested: z.strictObject({ inner: z.string() }).default({ inner: "" }),
});

/** What is said of each field that is wrong. */
function said(value: object): string[] {
  return (
    form.safeParse(value, { error: issueText }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? []
  );
}

it.each([
  [{ name: "" }, "name: is empty"],
  [{ name: "scribe" }, "name: takes at most 3 characters"],
  [{ name: 3 }, "name: takes text, not a number"],
  [{ name: null }, "name: takes text, not null"],
  [{ count: 1.5 }, "count: takes a whole number"],
  [{ count: "1" }, "count: takes a number, not text"],
  [{ count: 10_000 }, "count: takes 9,000 at most"],
  [{ hours: "x" }, "hours: takes a number"],
  [{ hours: "0" }, "hours: takes 1 or more"],
  [{ hours: "169" }, "hours: takes 168 at most"],
  [{ above: 0 }, "above: takes a number above 0"],
  [{ above: Number.NaN }, "above: takes a number"],
  [{ outcome: "ok" }, 'outcome: takes success or failure, not "ok"'],
  [{ outcome: 1 }, "outcome: takes success or failure, not a number"],
  [{ agents: [] }, "agents: is an empty list"],
  [{ agents: ["a", "b", "c"] }, "agents: takes at most 2 items"],
  [{ agents: ["a", {}] }, "agents.1: takes text, not an object"],
  [{ agents: "a" }, "agents: takes a list, not text"],
  [{ isDone: "yes" }, "isDone: takes true or false, not text"],
  [{ at: "yesterday" }, "at: takes a moment by ISO 8601, such as 2026-11-20T12:00:00Z"],
  [{ value: [] }, "value: takes text, a number or true or false"],
  [{ nested: {} }, "nested.inner: is missing; it takes text"],
  [{ outcom: 1 }, ": is not known here; near it are outcome and count"],
  [{ zzz: 1, agent: 1 }, ": are not known here; near them is agents"],
  [{ nested: { inner: "", q: 1 } }, "nested: is not known here; there is inner"],
])("says of %j what is wrong and what is right", (value, sentence) => {
  expect(said(value)).toEqual([sentence]);
});

it("repeats no text but where it had to be one of some words, and of that no more than its beginning", () => {
  expect(said({ count: "sk-secret", name: "sk-secret" }).join()).not.toContain("sk-");
  expect(said({ outcome: "x".repeat(1_000) })[0]?.length).toBeLessThan(120);
});

it("takes no time over a hundred thousand unknown names", () => {
  const unknown = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`abcd${index}`, 1]));
  const startedMillis = performance.now();
  expect(said(unknown)[0]).toMatch(/^: are not known here; /);
  expect(performance.now() - startedMillis).toBeLessThan(1_000);
});
