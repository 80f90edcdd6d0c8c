import type { Outcome } from "../../events/fields.ts";
import type { Ending } from "../ending.ts";
import { property } from "../property.ts";

/** How a run ended; its error is what was thrown, where that is an error. */
export interface RunEnding extends Ending {
  readonly outcome: Outcome;
  /** What it gave back, or the command with which it left its graph. */
  readonly output?: unknown;
  /** It stopped to ask a person, and runs anew once there is an answer. */
  readonly asks?: true;
}

/** What a run knows of how the runs in it were broken off. */
export interface BreakOffNotes {
  readonly brokenOff: Outcome | undefined;
  noteBrokenOff(outcome: Outcome): void;
}

export const ABANDONED: RunEnding = { outcome: "abandoned" };

/** LangGraph stops its nodes by throwing this where it was aborted. */
const GRAPH_ABORTED = "Abort";
const ABORTED = /^(?:Abort|Aborted|AbortError)$/;
const ABORT_NAMES: readonly unknown[] = ["AbortError", "ModelAbortError", "APIUserAbortError", "CanceledError"];
const TIMEOUT_NAMES: readonly unknown[] = ["TimeoutError", "NodeTimeoutError"];
const INTERRUPT_NAMES: readonly unknown[] = ["GraphInterrupt", "NodeInterrupt"];

/** Not everything that is thrown is an error: LangGraph hands over, pauses and stops by throwing. */
export function readThrown(error: unknown, run: BreakOffNotes): RunEnding {
  const name = property(error, "name");
  if (INTERRUPT_NAMES.includes(name)) return { outcome: "success", asks: true };
  if (property(error, "is_bubble_up") === true) return { outcome: "success", output: property(error, "command") };
  const outcome = breakOffOf(name, property(error, "message"), run.brokenOff);
  if (outcome === undefined) return { outcome: "failure", error };
  run.noteBrokenOff(outcome);
  return { outcome, error };
}

function breakOffOf(name: unknown, message: unknown, inner: Outcome | undefined): Outcome | undefined {
  if (TIMEOUT_NAMES.includes(name)) return "timeout";
  if (ABORT_NAMES.includes(name)) return "cancelled";
  if (name !== "Error" || typeof message !== "string" || !ABORTED.test(message)) return undefined;
  // LangGraph says the same of a step that took too long; its nodes know better.
  return message === GRAPH_ABORTED ? (inner ?? "cancelled") : "cancelled";
}

/** How what is still open ends with the run around it. */
export function leftOpen({ outcome }: RunEnding): RunEnding {
  return { outcome: outcome === "cancelled" || outcome === "timeout" ? outcome : "abandoned" };
}

/** True where the error is the other, or one of several that it was thrown with. */
export function isOrHolds(error: unknown, other: unknown): boolean {
  return error === other || (error instanceof AggregateError && error.errors.includes(other));
}
