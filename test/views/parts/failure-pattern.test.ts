import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipMessage, patternOf } from "../../../src/views/parts/outcomes/failure-pattern.ts";
import { collectGarbage } from "../../helpers/garbage.ts";

const alike: readonly (readonly [pattern: string, ...messages: string[]])[] = [
  ["no answer within <n> ms", "no answer within 5000 ms", "no answer within 12.5 ms"],
  [
    "cannot read <path>",
    "cannot read /srv/app/a.json",
    "cannot read ./a/b.ts",
    "cannot read C:\\data\\a.txt",
    "cannot read ~/notes",
  ],
  ["cannot read <path>:<n>:<n>", "cannot read src/views/view.ts:12:3", "cannot read lib/index.js:1:200"],
  ["no such file: <quoted>", 'no such file: "a b.txt"', "no such file: 'it.txt'", "no such file: `x`"],
  [
    "session <id> is gone",
    "session 01890a5d-ac96-774b-bcce-b302099a8057 is gone",
    "session 0xDEADBEEF is gone",
    "session req_8f3a9c1d is gone",
  ],
  ["GET <url> answered <n>", "GET https://api.example.com/v1/x?y=1 answered 503", "GET http://127.0.0.1:80/ answered 500"],
  ["two lines", "two\n  lines", "two lines "],
];

describe("a failure's pattern", () => {
  it.each(alike)("%s", (pattern, ...messages) => {
    expect(messages.map(patternOf)).toEqual(messages.map(() => pattern));
  });

  it("keeps words, apostrophes and slashes between words", () => {
    const plain = "the agent can't read and/or write the user's notes";
    expect(patternOf(plain)).toBe(plain);
  });

  it("tells failures apart that say something else", () => {
    expect(patternOf("cannot read 3 files")).not.toBe(patternOf("cannot write 3 files"));
  });

  it("is found soon, and is short, for any message", () => {
    const pieces = ["'", '"', "`", "/", "a/", "\\", "0a", "a0", "-", ".", ":", "://", " "];
    const nasty = fc.array(fc.constantFrom(...pieces), { maxLength: 2_000 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ maxLength: 2_000 })), (message) => {
        expect(patternOf(message).length).toBeLessThan(1_500);
      }),
      { numRuns: 500 },
    );
  });
});

it("holds nothing of a message but the part that is kept", () => {
  const kept: string[] = [];
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 20_000; index += 1)
    kept.push(clipMessage(JSON.parse(`"ж ${"word ".repeat(390)}${index}"`) as string));
  collectGarbage();
  expect((process.memoryUsage().heapUsed - before) / kept.length).toBeLessThan(1_500);
});
