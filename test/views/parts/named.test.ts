import { describe, expect, it } from "vitest";
import { named } from "../../../src/views/parts/named.ts";
import { NOON } from "../../helpers/events.ts";

const DAY = 86_400_000;

function told(...steps: readonly (readonly [name: string, atMillis: number])[]) {
  const values = new Map<string, { count: number; lastMillis: number }>();
  for (const [name, atMillis] of steps) {
    named(values, name, 2, NOON + atMillis, () => ({ count: 0, lastMillis: 0 })).count += 1;
  }
  return [...values].map(([name, { count }]) => `${name} ${count}`).sort();
}

describe("names", () => {
  it("beyond the limit are other", () => {
    expect(told(["a", 0], ["b", 1], ["c", 2], ["d", 3], ["a", 4])).toEqual(["a 2", "b 1", "other 2"]);
  });

  it("that were not heard of for 30 days give way", () => {
    expect(told(["a", 0], ["b", 1], ["a", 20 * DAY], ["c", 30 * DAY], ["c", 31 * DAY])).toEqual(["a 2", "c 1", "other 1"]);
  });

  it("called other by somebody are counted there, too", () => {
    expect(told(["other", 0], ["a", 1], ["b", 2])).toEqual(["a 1", "other 2"]);
  });
});
