import { describe, expect, it } from "vitest";
import { DAY_MILLIS, gatheredAt, gatheredWithin, HOUR_MILLIS, MINUTE_MILLIS, newTiers } from "../../../src/views/parts/tiers.ts";
import { NOON } from "../../helpers/events.ts";

const reaches = [
  [MINUTE_MILLIS, HOUR_MILLIS],
  [HOUR_MILLIS, 30 * DAY_MILLIS],
] as const;

/** Moments, each that many minutes before noon, oldest first. */
function told(...minutesAgo: readonly number[]) {
  const tiers = newTiers<{ minutesAgo: number[] }>(...reaches);
  for (const minutes of minutesAgo.toSorted((one, other) => other - one)) {
    for (const slot of gatheredAt(tiers, NOON - minutes * MINUTE_MILLIS, () => ({ minutesAgo: [] })))
      slot.minutesAgo.push(minutes);
  }
  return tiers;
}

function within(hours: number, ...minutesAgo: readonly number[]): number[] {
  return gatheredWithin(told(...minutesAgo), hours, NOON).flatMap((slot) => slot.minutesAgo);
}

describe("tiers", () => {
  it("tell the last hour by the minute", () => {
    expect(within(1, 0, 1, 59, 60, 61, 90)).toEqual([60, 59, 1, 0]);
  });

  it("tell longer periods by the hour, exact to within half of one", () => {
    expect(within(2, 0, 100, 119, 181)).toEqual([119, 100, 0]);
    const at = (minute: number) =>
      gatheredWithin(told(0, 119), 2, NOON + minute * MINUTE_MILLIS).flatMap((slot) => slot.minutesAgo);
    expect([at(29), at(31)]).toEqual([[119, 0], [0]]);
  });

  it("reach back 30 days and no further", () => {
    const day = 24 * 60;
    expect(within(720, 0, 30 * day, 31 * day)).toEqual([30 * day, 0]);
    expect(within(10_000, 0, 30 * day, 31 * day)).toEqual([30 * day, 0]);
  });

  it("keep no more slots than they reach back for, however long it goes on", () => {
    const tiers = newTiers<object>(...reaches);
    for (let minute = 0; minute < 60 * 24 * 40; minute += 7) gatheredAt(tiers, NOON + minute * MINUTE_MILLIS, () => ({}));
    expect(tiers.map(({ byIndex }) => byIndex.size)).toEqual([9, 721]);
  });

  it("take no more of what is too long ago for a resolution", () => {
    const tiers = told(0);
    expect(gatheredAt(tiers, NOON - 2 * HOUR_MILLIS, () => ({ minutesAgo: [] }))).toHaveLength(1);
    expect(gatheredAt(tiers, NOON - 40 * DAY_MILLIS, () => ({ minutesAgo: [] }))).toHaveLength(0);
  });

  it("leave out what is told of the future", () => {
    expect(gatheredWithin(told(0, -120), 1, NOON).flatMap((slot) => slot.minutesAgo)).toEqual([]);
    expect(gatheredWithin(told(0, -120), 2, NOON).flatMap((slot) => slot.minutesAgo)).toEqual([0]);
  });
});
