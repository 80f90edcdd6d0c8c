import { z } from "zod";
import type { Outcome } from "../../../events/fields.ts";
import { count, momentOf, share } from "../answer.ts";
import type { Slots } from "../slots.ts";
import { ratio } from "../sums.ts";
import { DAY_MILLIS, gatheredWithin, HOUR_MILLIS, MINUTE_MILLIS, newTiers, type Tiers } from "../tiers.ts";

/** The last hour, day, week and thirty days. */
const WINDOW_HOURS = [1, 24, 168, 720] as const;
const TREND_HOURS = 24;
const TREND_DAYS = 30;
const DAY_HOURS = DAY_MILLIS / HOUR_MILLIS;

/** How often something ended in which way. Whoever counts more than that extends it by numbers of its own. */
export interface Tally {
  succeeded: number;
  failed: number;
  cancelled: number;
}

export function newTally(): Tally {
  return { succeeded: 0, failed: 0, cancelled: 0 };
}

/** By the minute for an hour, by the hour for thirty days. */
export function newTallies<Sums extends Tally>(): Tiers<Sums> {
  return newTiers<Sums>([MINUTE_MILLIS, HOUR_MILLIS], [HOUR_MILLIS, TREND_DAYS * DAY_MILLIS]);
}

/** What was called off says nothing of how well something works; what timed out or was never heard of again does. */
export function resultOf(outcome: Outcome): keyof Tally {
  if (outcome === "success") return "succeeded";
  return outcome === "cancelled" ? "cancelled" : "failed";
}

export const tallyAnswer = z.object({
  total: count,
  succeeded: count,
  failed: count.describe("Failed, timed out, or never heard of again."),
  cancelled: count.describe("Called off by somebody: neither a success nor a failure."),
  successRatio: share.describe("Of those that succeeded or failed."),
});

export type TallyAnswer = z.output<typeof tallyAnswer>;

export function answerOfTally({ succeeded, failed, cancelled }: Tally): TallyAnswer {
  const judged = succeeded + failed;
  return { total: judged + cancelled, succeeded, failed, cancelled, successRatio: ratio(succeeded, judged) };
}

export function addTally(sum: Tally, { succeeded, failed, cancelled }: Tally): void {
  sum.succeeded += succeeded;
  sum.failed += failed;
  sum.cancelled += cancelled;
}

/** What is counted of things of one kind, and how that is told. */
export interface Counting<Sums extends Tally, Answer extends TallyAnswer> {
  nothing(): Sums;
  /** Field by field: an answer adds hundreds of thousands of sums, and a loop over their keys takes several times as long. */
  add(sum: Sums, other: Readonly<Sums>): void;
  answerOf(sums: Sums): Answer;
}

export function talliedWithin<Sums extends Tally, Answer extends TallyAnswer>(
  tallies: Tiers<Sums>,
  { nothing, add }: Counting<Sums, Answer>,
  hours: number,
  now: number,
): Sums {
  const sum = nothing();
  for (const tally of gatheredWithin(tallies, hours, now)) add(sum, tally);
  return sum;
}

export function windowsOf<Sums extends Tally, Answer extends TallyAnswer>(
  tallies: Tiers<Sums>,
  counting: Counting<Sums, Answer>,
  now: number,
): (Answer & { hours: number })[] {
  return WINDOW_HOURS.map((hours) => ({ hours, ...counting.answerOf(talliedWithin(tallies, counting, hours, now)) }));
}

export function trendOf<Sums extends Tally, Answer extends TallyAnswer>(
  tallies: Tiers<Sums>,
  counting: Counting<Sums, Answer>,
  now: number,
): Record<"hourly" | "daily", (Answer & { startAt: string })[]> {
  const hours = tallies.at(-1) as Slots<Sums>;
  return {
    hourly: bucketsOf(hours, 1, TREND_HOURS, counting, now),
    daily: bucketsOf(hours, DAY_HOURS, TREND_DAYS, counting, now),
  };
}

/** @param width of a bucket, in slots */
function bucketsOf<Sums extends Tally, Answer extends TallyAnswer>(
  { widthMillis, byIndex }: Slots<Sums>,
  width: number,
  buckets: number,
  { nothing, add, answerOf }: Counting<Sums, Answer>,
  now: number,
): (Answer & { startAt: string })[] {
  const last = Math.floor(now / (widthMillis * width));
  const sums = new Map<number, Sums>();
  for (const [slot, tally] of byIndex) {
    const index = Math.floor(slot / width);
    if (index > last || index <= last - buckets) continue;
    let sum = sums.get(index);
    if (sum === undefined) {
      sum = nothing();
      sums.set(index, sum);
    }
    add(sum, tally);
  }
  return [...sums]
    .sort(([one], [other]) => one - other)
    .map(([index, sum]) => ({ startAt: momentOf(index * width * widthMillis), ...answerOf(sum) }))
    .filter(({ total }) => total > 0);
}
