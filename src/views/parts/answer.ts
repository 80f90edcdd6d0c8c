import { z } from "zod";
import { type Histogram, meanOf, quantile } from "./histogram.ts";

/** Parts of answers that several views have, with their units. Where there is nothing to count, a share or a mean is null, not 0. */

export const seconds = z.number().nonnegative().meta({ unit: "seconds" });
export const usd = z.number().nonnegative().meta({ unit: "US dollars" });
export const bytes = z.number().nonnegative().meta({ unit: "bytes" });
export const tokens = z.number().int().nonnegative().meta({ unit: "tokens" });
export const count = z.number().int().nonnegative();
export const perSecond = z.number().nonnegative().meta({ unit: "per second" });
export const share = z.number().min(0).max(1).nullable().meta({ unit: "0 to 1" });
/** A moment by ISO 8601, in UTC. */
export const moment = z.iso.datetime();

const MINUTE_MILLIS = 60_000;
/** Most minutes whose text is remembered. */
const MAX_MINUTES = 4_096;
/** Minutes as ISO 8601 has them, such as `2026-11-20T12:00:`, by their number since 1970. */
const minutes = new Map<number, string>();
const secondTexts = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
const millisTexts = Array.from({ length: 1_000 }, (_, number) => `.${String(number).padStart(3, "0")}Z`);

/** The same as `toISOString` of a Date, in a fraction of its time: a long answer has tens of thousands of moments, many of one minute. */
export function momentOf(unixMillis: number): string {
  const millis = Math.trunc(unixMillis);
  const minute = Math.floor(millis / MINUTE_MILLIS);
  let text = minutes.get(minute);
  if (text === undefined) {
    text = new Date(minute * MINUTE_MILLIS).toISOString().slice(0, -"00.000Z".length);
    if (minutes.size >= MAX_MINUTES) minutes.clear();
    minutes.set(minute, text);
  }
  const rest = millis - minute * MINUTE_MILLIS;
  return `${text}${secondTexts[Math.floor(rest / 1_000)]}${millisTexts[rest % 1_000]}`;
}

/** The same of what may not have happened. */
export function momentOrNull(unixMillis: number | undefined): string | null {
  return unixMillis === undefined ? null : momentOf(unixMillis);
}

const nullableSeconds = seconds.nullable();

/** How values are spread, each right to within 1 %. */
export const percentiles = z
  .object({
    count,
    mean: nullableSeconds,
    p50: nullableSeconds,
    p75: nullableSeconds,
    p90: nullableSeconds,
    p95: nullableSeconds,
    p99: nullableSeconds,
  })
  .meta({ id: "Percentiles", description: "How durations are spread, in seconds; each percentile is right to within 1 %." });

export function percentilesOf(histogram: Histogram): z.output<typeof percentiles> {
  const at = (part: number) => quantile(histogram, part);
  return {
    count: histogram.count,
    mean: meanOf(histogram),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
  };
}
