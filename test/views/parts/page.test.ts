import fc from "fast-check";
import { expect, test } from "vitest";
import { pageOf, wholeList } from "../../../src/views/parts/page.ts";

const ids = fc.uniqueArray(fc.string(), { maxLength: 60 }).map((names) => names.map((id) => ({ id })));

test("pages one after the other are the whole list, each item once, whatever comes or goes meanwhile", () => {
  fc.assert(
    fc.property(ids, ids, fc.integer({ min: 1, max: 20 }), (stay, come, limit) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      let list = stay;
      do {
        const { page, nextCursor } = pageOf(list, { limit, cursor });
        expect(page.length).toBeLessThanOrEqual(limit);
        seen.push(...page.map(({ id }) => id));
        cursor = nextCursor;
        const known = new Set(stay.map(({ id }) => id));
        list = [...stay, ...come.filter(({ id }) => !known.has(id))];
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      if (stay.length > limit) expect(seen).toEqual(expect.arrayContaining(stay.map(({ id }) => id)));
    }),
  );
});

test("a list that fits on a page stays in its order, and all of it can be had", () => {
  const list = ["c", "a", "b"].map((id) => ({ id }));
  expect(pageOf(list, { limit: 3 })).toEqual({ page: list });
  expect(pageOf(list, { limit: 2 })).toEqual({ page: [{ id: "a" }, { id: "b" }], nextCursor: "b" });
  const long = Array.from({ length: 3_000 }, (_, index) => ({ id: String(3_000 - index) }));
  expect(pageOf(long, wholeList)).toEqual({ page: long });
  expect(pageOf(long, {}).page).toHaveLength(1_000);
});
