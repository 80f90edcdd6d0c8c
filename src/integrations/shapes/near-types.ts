import { eventTypes } from "../../events/families.ts";
import type { EventType } from "../../events/types.ts";

/** Most types that are said to be near. */
const MOST = 3;
/** From this share of a name's pairs of letters on, another one is near. */
const NEAR_RATIO = 0.35;

/** The event types whose names are nearest to one that is none, the nearest first: by the pairs of letters that both have (Dice). */
export function nearTypes(name: string, among: readonly EventType[] = eventTypes): EventType[] {
  const wanted = pairsOf(name.slice(0, 100));
  return among
    .map((type) => ({ type, nearness: nearness(wanted, pairsOf(type)) }))
    .filter((each) => each.nearness >= NEAR_RATIO)
    .sort((one, other) => other.nearness - one.nearness)
    .slice(0, MOST)
    .map(({ type }) => type);
}

function nearness(one: readonly string[], other: readonly string[]): number {
  const left = [...other];
  let both = 0;
  for (const pair of one) {
    const at = left.indexOf(pair);
    if (at < 0) continue;
    left.splice(at, 1);
    both += 1;
  }
  return one.length + other.length === 0 ? 0 : (2 * both) / (one.length + other.length);
}

function pairsOf(name: string): string[] {
  const letters = name.toLowerCase().replaceAll(/[^a-z]/g, "");
  return Array.from({ length: Math.max(0, letters.length - 1) }, (_, at) => letters.slice(at, at + 2));
}
