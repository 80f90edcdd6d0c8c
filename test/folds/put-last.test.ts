import { describe, expect, it } from "vitest";
import { putLast, touch } from "../../src/folds/put-last.ts";

/** A map that was filled with 0, 1, 2 … one after the other, and what it gave back. */
function filled(count: number, limit: number): { keys: number[]; gone: number[] } {
  const map = new Map<number, number>();
  const gone: number[] = [];
  for (let key = 0; key < count; key += 1) gone.push(...putLast(map, key, key, limit));
  return { keys: [...map.keys()], gone };
}

describe("a bounded map", () => {
  it("keeps exactly the last ones where these are few", () => {
    expect(filled(25, 20)).toEqual({ keys: Array.from({ length: 20 }, (_, index) => index + 5), gone: [0, 1, 2, 3, 4] });
  });

  it("never holds more than its limit, and gives back each value that gave way, the oldest first", () => {
    for (const limit of [1, 2_048, 2_049, 20_000]) {
      const { keys, gone } = filled(limit * 2 + 3, limit);
      expect(keys.length).toBeLessThanOrEqual(limit);
      expect(keys.length).toBeGreaterThanOrEqual(Math.floor(limit * (7 / 8)));
      expect([...gone, ...keys]).toEqual(Array.from({ length: limit * 2 + 3 }, (_, index) => index));
    }
  });

  it("holds what was put again for as long as what is new", () => {
    const map = new Map([1, 2, 3].map((key) => [key, key]));
    expect(putLast(map, 1, 10, 3)).toEqual([]);
    expect(putLast(map, 4, 4, 3)).toEqual([2]);
    expect([...map]).toEqual([
      [3, 3],
      [1, 10],
      [4, 4],
    ]);
  });

  it("makes a value where there is none, and touching it holds it", () => {
    const map = new Map<string, { n: number }>();
    const first = touch(map, "a", 2, () => ({ n: 1 }));
    touch(map, "b", 2, () => ({ n: 2 }));
    expect(touch(map, "a", 2, () => ({ n: 3 }))).toBe(first);
    touch(map, "c", 2, () => ({ n: 4 }));
    expect([...map.keys()]).toEqual(["a", "c"]);
  });

  it("stays fast once it is full", () => {
    const map = new Map<string, number>();
    const fill = (from: number, count: number): number => {
      const startedMicros = process.threadCpuUsage().user;
      for (let key = from; key < from + count; key += 1) putLast(map, `key-${key}`, key, 20_000);
      return (process.threadCpuUsage().user - startedMicros) / count;
    };
    fill(0, 100_000);
    // Looking for the first key of a full map each time takes 5 µs.
    expect(fill(100_000, 100_000)).toBeLessThan(2.5);
  });
});
