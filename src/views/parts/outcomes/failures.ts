import { z } from "zod";
import type { Outcome } from "../../../events/fields.ts";
import { touch } from "../../../folds/put-last.ts";
import { count, moment, momentOf } from "../answer.ts";
import { DAY_MILLIS, gatheredAt, gatheredWithin, HOUR_MILLIS, newTiers, type Tiers } from "../tiers.ts";
import { clipMessage, patternOf } from "./failure-pattern.ts";

/** Most patterns of one thing; the one that was not seen for the longest gives way. */
const MAX_PATTERNS = 30;
const TOP = 10;

/** Failures by what they have in common. */
export type Failures = Map<string, Pattern>;

interface Pattern {
  readonly errorType: string;
  readonly pattern: string;
  readonly example: string;
  readonly counts: Tiers<{ count: number }>;
  lastMillis: number;
}

export interface Failure {
  readonly outcome: Outcome;
  readonly errorType?: string | undefined;
  readonly errorMessage?: string | undefined;
}

export const failurePatterns = z
  .array(
    z.object({
      errorType: z.string().describe("As it was told; how it ended, such as `timeout`, where nothing was."),
      pattern: z.string().describe("The message without numbers, ids, paths and quoted parts."),
      example: z.string().describe("The message that was seen first."),
      count,
      lastSeenAt: moment,
    }),
  )
  .describe("The ten most frequent kinds of failure within the period.");

export function addFailure(failures: Failures, failure: Failure, timeUnixMillis: number): void {
  const message = failure.errorMessage ?? "";
  const errorType = failure.errorType ?? failure.outcome;
  const pattern = patternOf(message);
  const known = touch(failures, `${errorType}\n${pattern}`, MAX_PATTERNS, () => ({
    errorType,
    pattern,
    example: clipMessage(message),
    counts: newTiers<{ count: number }>([HOUR_MILLIS, DAY_MILLIS], [DAY_MILLIS, 30 * DAY_MILLIS]),
    lastMillis: timeUnixMillis,
  }));
  known.lastMillis = Math.max(known.lastMillis, timeUnixMillis);
  for (const slot of gatheredAt(known.counts, timeUnixMillis, () => ({ count: 0 }))) slot.count += 1;
}

export function topFailures(failures: Failures, hours: number, now: number): z.output<typeof failurePatterns> {
  return [...failures.values()]
    .map(({ counts, ...known }) => ({
      ...known,
      count: gatheredWithin(counts, hours, now).reduce((sum, slot) => sum + slot.count, 0),
    }))
    .filter((known) => known.count > 0)
    .sort((one, other) => other.count - one.count || other.lastMillis - one.lastMillis)
    .slice(0, TOP)
    .map(({ lastMillis, ...known }) => ({ ...known, lastSeenAt: momentOf(lastMillis) }));
}
