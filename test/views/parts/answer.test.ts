import fc from "fast-check";
import { expect, test } from "vitest";
import { momentOf } from "../../../src/views/parts/answer.ts";

test("a moment is written as a Date writes it, whenever it is", () => {
  const millis = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.integer({ min: 0, max: 4e12 }),
    fc.double({ min: 0, max: 4e12, noNaN: true }),
  );
  fc.assert(
    fc.property(millis, (unixMillis) => {
      expect(momentOf(unixMillis)).toBe(new Date(unixMillis).toISOString());
    }),
  );
  for (const none of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) expect(() => momentOf(none)).toThrow(RangeError);
});
