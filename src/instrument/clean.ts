import { clipText, MAX_AMOUNT, MAX_COUNT, MAX_NAME_CHARS, type Outcome, outcomes } from "../events/fields.ts";
import type { FaultReason, ReportFault } from "./faults.ts";

/**
 * The checks of the hot path. Types keep honest callers right; these keep what a JavaScript caller, a division by zero or a
 * model's answer may hand in from reaching the vocabulary. Each gives back something valid, or nothing, and reports the rest.
 */

export const UNNAMED = "unknown";

/** A name, or `unknown`. */
export function cleanName(value: unknown, what: string, report: ReportFault, reason: FaultReason = "missing_name"): string {
  if (typeof value === "string" && value.length > 0)
    return value.length <= MAX_NAME_CHARS ? value : value.slice(0, MAX_NAME_CHARS);
  report(reason, () => `${what} is ${describe(value)}, but has to be a name; it is shown as ${UNNAMED}`);
  return UNNAMED;
}

/** An id or name that may be absent. */
export function cleanId(value: unknown, what: string, report: ReportFault): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.length > 0 && value.length <= MAX_NAME_CHARS) return value;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  report(
    "invalid_event",
    () => `${what} is ${describe(value)}, but has to be text of 1 to ${MAX_NAME_CHARS} characters; it is left out`,
  );
  return undefined;
}

export function cleanText(value: unknown): string | undefined {
  return typeof value === "string" ? clipText(value) : undefined;
}

/** Texts; anything else in the list is left out. */
export function cleanTexts(values: unknown): string[] | undefined {
  return Array.isArray(values) ? values.slice(0, 1_000).flatMap((value) => cleanText(value) ?? []) : undefined;
}

/** Names; what is empty, too long or no text is left out. */
export function cleanNames(values: unknown): string[] | undefined {
  return cleanTexts(values)?.filter((value) => value.length > 0 && value.length <= MAX_NAME_CHARS);
}

/** A number from 0 on, that may be absent. */
export function cleanAmount(value: unknown, what: string, report: ReportFault, most = MAX_AMOUNT): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    report("not_a_number", () => `${what} is ${describe(value)}, but has to be a number; it is left out`);
    return undefined;
  }
  if (value < 0) {
    report("negative_number", () => `${what} is ${value}, but cannot be below 0; it is left out`);
    return undefined;
  }
  if (value > most) {
    report("out_of_range", () => `${what} is ${value}, but cannot be above ${most}; it is left out`);
    return undefined;
  }
  return value;
}

/** A whole number from 0 on, that may be absent. */
export function cleanCount(value: unknown, what: string, report: ReportFault): number | undefined {
  const amount = cleanAmount(value, what, report, MAX_COUNT);
  return amount === undefined ? undefined : Math.round(amount);
}

/** A share from 0 to 1, that may be absent. */
export function cleanRatio(value: unknown, what: string, report: ReportFault): number | undefined {
  const amount = cleanAmount(value, what, report);
  if (amount === undefined || amount <= 1) return amount;
  report("out_of_range", () => `${what} is ${amount}, but has to be a share from 0 to 1; it is left out`);
  return undefined;
}

export function cleanOutcome(value: unknown, report: ReportFault): Outcome | undefined {
  if ((outcomes as readonly unknown[]).includes(value)) return value as Outcome;
  report("unknown_outcome", () => `outcome is ${describe(value)}, but has to be one of ${outcomes.join(", ")}; it is ignored`);
  return undefined;
}

function describe(value: unknown): string {
  if (typeof value === "string") return value === "" ? "empty" : JSON.stringify(value.slice(0, 60));
  return typeof value === "number" || typeof value === "boolean" || value === undefined || value === null
    ? String(value)
    : `a ${typeof value}`;
}
