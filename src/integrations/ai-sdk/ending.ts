import { messageOf } from "../../bus/trouble.ts";
import type { Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { ReportedError } from "../../instrument/reported-error.ts";

/** How a piece of work ended: with an error, or as the outcome says. */
export type Ending =
  | { readonly error: unknown; readonly outcome?: undefined }
  | { readonly outcome: "success" | "cancelled" | "timeout" | "abandoned" };

export const WELL: Ending = { outcome: "success" };

export function settle(work: Work<WorkHandle>, ending: Ending): void {
  if (ending.outcome === undefined) {
    work.fail(ending.error);
    return;
  }
  if (ending.outcome !== "success") work.handle.setOutcome(ending.outcome);
  work.end();
}

/** The same ending for a part of what ended, or for what was around it: its error is trouble once, not once more for each. */
export function asPart(ending: Ending): Ending {
  return ending.outcome === undefined ? { error: quiet(ending.error) } : ending;
}

/** An error that says how a piece of work went, but that somebody else tells. */
function quiet(error: unknown): ReportedError {
  return new ReportedError(nameOf(error), messageOf(error), { isNews: false });
}

/** How work ends that was broken off, by the reason that was given for that. */
export function brokenOff(reason: unknown): Ending {
  return { outcome: nameOf(reason) === "TimeoutError" ? "timeout" : "cancelled" };
}

/** True where an error only says that somebody no longer wanted the answer. */
export function isBreakOff(error: unknown): boolean {
  const name = nameOf(error);
  return name === "AbortError" || name === "TimeoutError";
}

/** Never throws, whatever the error is like. */
export function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.name) : "Error";
  } catch {
    return "Error";
  }
}
