import { quantile } from "../parts/histogram.ts";
import { durationsWithin } from "../parts/outcomes/outcomes.ts";
import { talliedWithin } from "../parts/outcomes/tally.ts";
import { type Calls, counting } from "./calls.ts";

/** When a provider, or a model, is how. */
export const thresholds = {
  /** Fewest calls, but those called off, that say anything. */
  minCalls: 10,
  /** Where the alert on failing providers starts, too. */
  unhealthyBelowAvailabilityRatio: 0.8,
  degradedBelowAvailabilityRatio: 0.95,
  degradedBelowSuccessRatio: 0.9,
  /** So many times as long as usual: the median of the hour by that of the day. */
  degradedFromSlowness: 3,
} as const;

const HOURS_JUDGED = [1, 24] as const;

export const healthStatuses = ["healthy", "degraded", "unhealthy", "unknown"] as const;
export type HealthStatus = (typeof healthStatuses)[number];

export interface Health {
  readonly status: HealthStatus;
  readonly judgedByHours: number | null;
  readonly reasons: string[];
}

/** By the last hour; where too little was called within it, by the last day; where that is too little as well, nobody knows. */
export function healthOf(calls: Calls, now: number): Health {
  for (const hours of HOURS_JUDGED) {
    const tally = counting.answerOf(talliedWithin(calls.tallies, counting, hours, now));
    const { availabilityRatio, successRatio, succeeded, failed, unavailable } = tally;
    if (succeeded + failed < thresholds.minCalls || availabilityRatio === null || successRatio === null) continue;
    const within = `of ${succeeded + failed} calls within ${hours === 1 ? "an hour" : "a day"}`;
    const slowness = hours === 1 ? slownessOf(calls, now) : null;
    const reasons = [
      availabilityRatio < thresholds.degradedBelowAvailabilityRatio &&
        `${percent(1 - availabilityRatio)} ${within} found it unavailable`,
      successRatio < thresholds.degradedBelowSuccessRatio &&
        failed > unavailable &&
        `${percent(1 - successRatio)} ${within} failed`,
      slowness !== null &&
        slowness >= thresholds.degradedFromSlowness &&
        `it takes ${slowness.toFixed(1)} times as long as on the last day`,
    ].filter((reason) => reason !== false);
    const isUnhealthy = availabilityRatio < thresholds.unhealthyBelowAvailabilityRatio;
    return { status: isUnhealthy ? "unhealthy" : reasons.length > 0 ? "degraded" : "healthy", judgedByHours: hours, reasons };
  }
  return { status: "unknown", judgedByHours: null, reasons: [] };
}

/** All of them: healthy or unhealthy where each one that can be judged is. */
export function overallOf(statuses: readonly HealthStatus[]): HealthStatus {
  const judged = new Set(statuses.filter((status) => status !== "unknown"));
  if (judged.size > 1) return "degraded";
  const [only = "unknown"] = judged;
  return only;
}

function slownessOf({ durations }: Calls, now: number): number | null {
  const current = quantile(durationsWithin(durations, 1, now), 0.5);
  const usual = quantile(durationsWithin(durations, 24, now), 0.5);
  return current === null || usual === null || usual === 0 ? null : current / usual;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
