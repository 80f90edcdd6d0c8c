import { newSlots, type Slots, slotAt } from "./slots.ts";

/**
 * What was gathered at several resolutions, finest first: a period is answered by the finest that reaches back so far, so that a month is
 * not kept by the minute.
 */
export type Tiers<Gathered> = readonly Slots<Gathered>[];

export const MINUTE_MILLIS = 60_000;
export const HOUR_MILLIS = 3_600_000;
export const DAY_MILLIS = 86_400_000;

/** @param reaches how wide a slot is, and how far back such slots go */
export function newTiers<Gathered>(
  ...reaches: readonly (readonly [widthMillis: number, reachMillis: number])[]
): Tiers<Gathered> {
  return reaches.map(([widthMillis, reachMillis]) => newSlots<Gathered>(widthMillis, reachMillis / widthMillis + 1));
}

/** What is gathered at a moment, once for each resolution that still keeps that moment. */
export function gatheredAt<Gathered>(tiers: Tiers<Gathered>, unixMillis: number, make: () => Gathered): Gathered[] {
  const all: Gathered[] = [];
  for (const slots of tiers) {
    const gathered = slotAt(slots, unixMillis, make);
    if (gathered !== undefined) all.push(gathered);
  }
  return all;
}

/** A few of many are looked up, rather than looked for among all. */
function between<Gathered>({ byIndex }: Slots<Gathered>, first: number, last: number): Gathered[] {
  const all: Gathered[] = [];
  if (last - first < byIndex.size) {
    for (let index = first; index <= last; index += 1) {
      const gathered = byIndex.get(index);
      if (gathered !== undefined) all.push(gathered);
    }
  } else {
    for (const [index, gathered] of byIndex) if (index >= first && index <= last) all.push(gathered);
  }
  return all;
}

/** What was gathered within the last hours. The far edge is that of the nearest slot, so it is exact to within half a slot. */
export function gatheredWithin<Gathered>(tiers: Tiers<Gathered>, hours: number, nowUnixMillis: number): Gathered[] {
  const millis = hours * HOUR_MILLIS;
  const slots = tiers.find(({ widthMillis, capacity }) => widthMillis * (capacity - 1) >= millis) ?? tiers.at(-1);
  if (slots === undefined) return [];
  const first = Math.round((nowUnixMillis - millis) / slots.widthMillis);
  const last = Math.floor(nowUnixMillis / slots.widthMillis);
  return between(slots, first, last);
}
