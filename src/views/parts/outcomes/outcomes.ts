import { type Histogram, newHistogram, record, sumOf } from "../histogram.ts";
import { DAY_MILLIS, gatheredAt, gatheredWithin, HOUR_MILLIS, MINUTE_MILLIS, newTiers, type Tiers } from "../tiers.ts";
import { addFailure, type Failure, type Failures } from "./failures.ts";
import { newTallies, resultOf, type Tally } from "./tally.ts";

/** How something that has a name ends, again and again: how often well, how long it takes, and what goes wrong. */
export interface Outcomes<Sums extends Tally> {
  readonly tallies: Tiers<Sums>;
  readonly durations: Tiers<Histogram>;
  readonly failures: Failures;
  firstMillis: number;
  lastMillis: number;
}

export interface Ended extends Failure {
  readonly durationSeconds?: number | undefined;
}

export function newOutcomes<Sums extends Tally>(timeUnixMillis: number): Outcomes<Sums> {
  return {
    tallies: newTallies(),
    durations: newDurations(),
    failures: new Map(),
    firstMillis: timeUnixMillis,
    lastMillis: timeUnixMillis,
  };
}

/** Takes note that the thing was heard of. @returns the sums of that moment, to count there what is no end of anything */
export function sumsAt<Sums extends Tally>(outcomes: Outcomes<Sums>, timeUnixMillis: number, nothing: () => Sums): Sums[] {
  outcomes.firstMillis = Math.min(outcomes.firstMillis, timeUnixMillis);
  outcomes.lastMillis = Math.max(outcomes.lastMillis, timeUnixMillis);
  return gatheredAt(outcomes.tallies, timeUnixMillis, nothing);
}

/** @returns the sums that it was counted in, so that what is special to the thing can be counted there as well */
export function addOutcome<Sums extends Tally>(
  outcomes: Outcomes<Sums>,
  ended: Ended,
  timeUnixMillis: number,
  nothing: () => Sums,
): Sums[] {
  const result = resultOf(ended.outcome);
  const sums = sumsAt(outcomes, timeUnixMillis, nothing);
  for (const sum of sums) sum[result] += 1;
  if (result === "failed") addFailure(outcomes.failures, ended, timeUnixMillis);
  // How long it took until somebody called it off says nothing of how long it takes.
  if (result !== "cancelled" && ended.durationSeconds !== undefined) {
    recordDuration(outcomes.durations, ended.durationSeconds, timeUnixMillis);
  }
  return sums;
}

/** A histogram is far larger than a few counts, so there are fewer: by five minutes, by the hour, and by the day for a month. */
export function newDurations(): Tiers<Histogram> {
  return newTiers<Histogram>([5 * MINUTE_MILLIS, HOUR_MILLIS], [HOUR_MILLIS, DAY_MILLIS], [DAY_MILLIS, 30 * DAY_MILLIS]);
}

export function recordDuration(durations: Tiers<Histogram>, seconds: number, timeUnixMillis: number): void {
  for (const histogram of gatheredAt(durations, timeUnixMillis, newHistogram)) record(histogram, seconds);
}

export function durationsWithin(durations: Tiers<Histogram>, hours: number, now: number): Histogram {
  return sumOf(gatheredWithin(durations, hours, now));
}
