import type { Outcome } from "../../events/fields.ts";
import type { Queries } from "../promql.ts";

/** One recording rule before its metrics have a prefix. */
export interface Recording {
  /** The labels that are left: its level. */
  readonly by: readonly string[];
  /** What it is of, without prefix and without `_total`. */
  readonly metric: string;
  /** What was done to it, such as `rate5m`. */
  readonly operations: string;
  /** Crowsnest's own health rather than the fleet's. */
  readonly own?: true;
  /** `nameOf` gives the name of another recording that it is made from. */
  expr(queries: Queries, nameOf: (recording: Recording) => string): string;
}

const failures: readonly Outcome[] = ["failure", "timeout", "abandoned"];
/** Work that went wrong. What somebody called off did not. */
export const FAILED = { outcome: `=~"${failures.join("|")}"` } as const;
/** Work that can be judged: what was called off says nothing. */
export const JUDGED = { outcome: `!="${"cancelled" satisfies Outcome}"` } as const;
