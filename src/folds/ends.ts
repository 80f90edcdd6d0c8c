import { putLast } from "./put-last.ts";

/** Most runs and tasks whose end is remembered; the oldest give way. */
const MAX_ENDS = 20_000;

/**
 * From when on a start begins a run or a task anew, by its key: what one process begins and another one ends may be told in either order,
 * and a start that is told after its end must not open it.
 */
export type Ends = Map<string, number>;

/** @param wasBegun whether its start had been told: then what begins in the same millisecond is the next try, and else it is that start */
export function noteEnd(ends: Ends, key: string, endedMillis: number, wasBegun: boolean): void {
  putLast(ends, key, wasBegun ? endedMillis : endedMillis + 1, MAX_ENDS);
}

/** Whether work that began at a moment is known to have ended. */
export function isOver(ends: Ends, key: string, startedMillis: number): boolean {
  return startedMillis < (ends.get(key) ?? Number.NEGATIVE_INFINITY);
}
