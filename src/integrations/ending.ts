import { messageOf } from "../bus/trouble.ts";
import type { Outcome } from "../events/fields.ts";
import type { Work } from "../instrument/face.ts";
import type { WorkHandle } from "../instrument/operation.ts";
import { ReportedError } from "../instrument/reported-error.ts";

/** How a piece of work ended. */
export interface Ending {
  /** @default what the error says */
  readonly outcome?: Outcome;
  readonly error?: unknown;
}

export function settle(work: Work<WorkHandle>, ending: Ending): void {
  const { outcome, error } = ending;
  if (outcome !== undefined && outcome !== "success") work.handle.setOutcome(outcome);
  if (hasError(ending)) work.fail(error);
  else work.end();
}

/** The same ending for a part of what ended, or for what was around it: its error is trouble once, not once more for each. */
export function quietly<E extends Ending>(ending: E): E {
  if (!hasError(ending)) return ending;
  return { ...ending, error: new ReportedError(nameOf(ending.error), messageOf(ending.error), { isNews: false }) };
}

/** Never throws, whatever the error is like. */
export function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.name) : "Error";
  } catch {
    return "Error";
  }
}

function hasError({ outcome, error }: Ending): boolean {
  return error !== undefined || outcome === undefined;
}
