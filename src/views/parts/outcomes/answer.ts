import { z } from "zod";
import { moment, momentOf, percentiles, percentilesOf } from "../answer.ts";
import { sumOf } from "../histogram.ts";
import { DAY_MILLIS } from "../tiers.ts";
import { failurePatterns, topFailures } from "./failures.ts";
import { durationsWithin, type Outcomes } from "./outcomes.ts";
import { type Counting, type Tally, type TallyAnswer, talliedWithin, trendOf, windowsOf } from "./tally.ts";

/** As long as the longest window: what was not heard of since has nothing to tell. */
const LONGEST_MILLIS = 30 * DAY_MILLIS;

export const periodHours = z.coerce
  .number()
  .int()
  .min(1)
  .max(720)
  .default(24)
  .describe("How many hours back the period of the figures goes, 1 to 720. Windows and trend are always the same.");

/** How things went within the period. */
export function totalsAnswer<Shape extends z.ZodRawShape>(tally: z.ZodObject<Shape>) {
  return tally.extend({ durationSeconds: percentiles.describe("Of what succeeded or failed, where that was told.") });
}

/** How one thing went: within the period, over windows, and hour by hour. */
export function outcomesAnswer<Shape extends z.ZodRawShape>(tally: z.ZodObject<Shape>) {
  const buckets = z.array(tally.extend({ startAt: moment }));
  return totalsAnswer(tally).extend({
    windows: z.array(tally.extend({ hours: z.number().int() })).describe("The last hour, day, 7 days and 30 days."),
    trend: z
      .object({ hourly: buckets.describe("The last 24."), daily: buckets.describe("The last 30, in UTC.") })
      .describe("Buckets with nothing in them are left out."),
    failures: failurePatterns,
    firstSeenAt: moment,
    lastSeenAt: moment,
  });
}

type TotalsAnswer<Answer> = Answer & { durationSeconds: z.output<typeof percentiles> };
type OutcomesAnswer<Answer> = TotalsAnswer<Answer> & {
  windows: (Answer & { hours: number })[];
  trend: Record<"hourly" | "daily", (Answer & { startAt: string })[]>;
  failures: z.output<typeof failurePatterns>;
  firstSeenAt: string;
  lastSeenAt: string;
};

export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(1_000)
  .default(100)
  .describe("Most of them in the answer, the most frequent first.");

export interface Asked {
  /** Only the thing of this name. */
  readonly name?: string | undefined;
  readonly limit?: number;
  readonly hours: number;
  readonly now: number;
}

/** What is answered of things by their names, the most frequent within the period first, and of all of them together. */
export function tellOutcomes<Sums extends Tally, Answer extends TallyAnswer, Thing extends Outcomes<Sums>>(
  things: ReadonlyMap<string, Thing>,
  counting: Counting<Sums, Answer>,
  asked: Asked,
): { all: TotalsAnswer<Answer>; each: { name: string; thing: Thing; sums: Sums; answer: OutcomesAnswer<Answer> }[] } {
  const { name: wanted, limit: most, hours, now } = asked;
  const allSums = counting.nothing();
  const found = [];
  for (const [name, thing] of things) {
    if (thing.lastMillis <= now - LONGEST_MILLIS || (wanted !== undefined && wanted !== name)) continue;
    const sums = talliedWithin(thing.tallies, counting, hours, now);
    const durations = durationsWithin(thing.durations, hours, now);
    counting.add(allSums, sums);
    found.push({ name, thing, sums, durations, totals: counting.answerOf(sums) });
  }
  found.sort((one, other) => other.totals.total - one.totals.total || one.name.localeCompare(other.name));
  const each = found.slice(0, most).map(({ durations, totals, ...rest }) => ({
    ...rest,
    answer: {
      ...totals,
      durationSeconds: percentilesOf(durations),
      windows: windowsOf(rest.thing.tallies, counting, now),
      trend: trendOf(rest.thing.tallies, counting, now),
      failures: topFailures(rest.thing.failures, hours, now),
      firstSeenAt: momentOf(rest.thing.firstMillis),
      lastSeenAt: momentOf(rest.thing.lastMillis),
    },
  }));
  const allDurations = sumOf(found.map(({ durations }) => durations));
  return { all: { ...counting.answerOf(allSums), durationSeconds: percentilesOf(allDurations) }, each };
}
