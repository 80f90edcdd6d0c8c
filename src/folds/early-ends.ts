import { putLast } from "./put-last.ts";

/** Most ends whose start has not been told yet. */
const MAX_EARLY_ENDS = 5_000;

/**
 * When work ended that was not seen to begin, by its key, and by the sender's clock, also where that is ahead. What one process begins and
 * another one ends may be told in either order, and a start that comes after its end must not open it.
 */
export type EarlyEnds = Map<string, number>;

/** Takes notice of an end whose start is not known. */
export function noteEarlyEnd(ends: EarlyEnds, key: string, endedMillis: number): void {
  putLast(ends, key, endedMillis, MAX_EARLY_ENDS);
}

/** Whether work that began at a moment is known to have ended, in the same millisecond or later; what has the same key and began after that is other work. */
export function hasEndedEarly(ends: EarlyEnds, key: string, startedMillis: number): boolean {
  const endedMillis = ends.get(key);
  if (endedMillis === undefined) return false;
  ends.delete(key);
  return startedMillis <= endedMillis;
}
