import fc from "fast-check";
import { expect, test } from "vitest";
import { answerBytes } from "../../../src/server/api/answer-bytes.ts";
import { jsonPieces } from "../../../src/server/api/json-pieces.ts";

test("pieces are together what JSON.stringify makes of any answer", () => {
  const { answer } = fc.letrec((tie) => ({
    answer: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom<unknown>(null, undefined, true, 0, -0.5, "", 'ä\ud800\n"', new Date(0)),
      fc.array(tie("answer"), { maxLength: 120 }),
      fc.dictionary(fc.string({ unit: "binary" }), tie("answer")),
    ),
  }));
  fc.assert(
    fc.property(
      answer.filter((value) => value !== undefined),
      (value) => {
        expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
      },
    ),
  );
});

test("a long list is many pieces, however deep it stands", () => {
  const long = Array.from({ length: 5_000 }, (_, id) => ({ id, name: "x".repeat(100) }));
  const pieces = [...jsonPieces({ success: true, snapshot: { nodes: { tasks: long } } })];
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(10_000);
});

test("a large answer lets everything else have its turn while it is written, and one tag stands for one text", async () => {
  const large = { tasks: Array.from({ length: 60_000 }, (_, id) => ({ id, text: "y".repeat(200) })) };
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const first = await answerBytes(large);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
  expect(first.body.toString()).toBe(JSON.stringify(large));
  expect((await answerBytes(structuredClone(large))).etag).toBe(first.etag);
  expect((await answerBytes({ tasks: large.tasks.slice(1) })).etag).not.toBe(first.etag);
});
