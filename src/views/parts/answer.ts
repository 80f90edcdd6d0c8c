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

export function momentOf(unixMillis: number): string {
  return new Date(unixMillis).toISOString();
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
