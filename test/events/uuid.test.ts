import { describe, expect, it, vi } from "vitest";
import { NOON } from "../helpers/events.ts";

/** The generator as it is when a process begins: it remembers the last id's time. */
async function freshGenerator(): Promise<(nowMillis?: number) => string> {
  vi.resetModules();
  const { uuidv7 } = await import("../../src/events/uuid.ts");
  return uuidv7;
}

/** Where ids stop sorting in the order in which they were made; -1 where they never do. */
const firstOutOfOrder = (ids: readonly string[]): number => ids.findIndex((id, index) => id <= (ids[index - 1] ?? ""));

const millisOf = (id: string): number => Number.parseInt(id.replace("-", "").slice(0, 12), 16);

describe("uuidv7", () => {
  it("is a UUID of version 7, variant 10, that begins with the time", async () => {
    const uuidv7 = await freshGenerator();
    const id = uuidv7(NOON);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(millisOf(id)).toBe(NOON);
    expect(Math.abs(millisOf(uuidv7()) - Date.now())).toBeLessThan(1_000);
  });

  it("never repeats an id, and sorts in the order in which ids were made", async () => {
    const uuidv7 = await freshGenerator();
    const ids = Array.from({ length: 100_000 }, () => uuidv7());
    expect(new Set(ids).size).toBe(ids.length);
    expect(firstOutOfOrder(ids)).toBe(-1);
  });

  it("keeps the order when more than 4,096 ids fall into one millisecond", async () => {
    const uuidv7 = await freshGenerator();
    const ids = Array.from({ length: 10_000 }, () => uuidv7(NOON));
    expect(new Set(ids).size).toBe(ids.length);
    expect(firstOutOfOrder(ids)).toBe(-1);
    expect(millisOf(ids[4_095] ?? "")).toBe(NOON);
    expect(millisOf(ids[4_096] ?? "")).toBe(NOON + 1);
  });

  it("keeps the order when the clock goes back", async () => {
    const uuidv7 = await freshGenerator();
    const ids = [uuidv7(NOON), uuidv7(NOON - 3_600_000), uuidv7(NOON - 3_599_999), uuidv7(NOON + 1)];
    expect(firstOutOfOrder(ids)).toBe(-1);
    expect(ids.map(millisOf)).toEqual([NOON, NOON, NOON, NOON + 1]);
  });

  it("is random enough that two processes do not meet", async () => {
    const [one, other] = [await freshGenerator(), await freshGenerator()];
    const ids = Array.from({ length: 1_000 }, () => [one(NOON), other(NOON)]).flat();
    expect(new Set(ids).size).toBe(ids.length);
  });
});
