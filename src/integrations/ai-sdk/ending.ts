import { type Ending, nameOf } from "../ending.ts";

export const WELL: Ending = { outcome: "success" };

/** How work ends that was broken off, by the reason that was given for that. */
export function brokenOff(reason: unknown): Ending {
  return { outcome: nameOf(reason) === "TimeoutError" ? "timeout" : "cancelled" };
}

/** True where an error only says that somebody no longer wanted the answer. */
export function isBreakOff(error: unknown): boolean {
  const name = nameOf(error);
  return name === "AbortError" || name === "TimeoutError";
}
