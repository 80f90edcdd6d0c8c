const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 86_400_000;

/** A stretch of time that sums are kept for. */
export interface Period {
  readonly widthMillis: number;
  /** How long a bucket is kept after it was written to last. */
  readonly keptSeconds: number;
  readonly keyOf: (unixMillis: number) => string;
}

/**
 * Buckets by the time of the events, in UTC: `metrics:hourly:2026-10-14T11:00:00` for 7 days and `metrics:daily:2026-10-14` for 30.
 * A bucket is a hash of sums and counts. Beside it stand what can only be counted by name: `…:agents`, a sorted set of agents with
 * the moment since when each is known, and `…:features`, a set of the features that were completed.
 */
export const periods = {
  hourly: {
    widthMillis: HOUR_MILLIS,
    keptSeconds: 7 * 86_400,
    keyOf: (unixMillis) => `metrics:hourly:${isoOf(unixMillis).slice(0, 13)}:00:00`,
  },
  daily: {
    widthMillis: DAY_MILLIS,
    keptSeconds: 30 * 86_400,
    keyOf: (unixMillis) => `metrics:daily:${isoOf(unixMillis).slice(0, 10)}`,
  },
} as const satisfies Record<string, Period>;

export function agentsKeyOf(bucketKey: string): string {
  return `${bucketKey}:agents`;
}

export function featuresKeyOf(bucketKey: string): string {
  return `${bucketKey}:features`;
}

/** Where a writer notes what it brought last. */
export function writerKeyOf(writerId: string): string {
  return `metrics:writer:${writerId}`;
}

/** The field that counts events. */
export const EVENTS_FIELD = "events";

/** When the bucket begins that a moment lies in. */
export function startOf({ widthMillis }: Period, unixMillis: number): number {
  return Math.floor(unixMillis / widthMillis) * widthMillis;
}

function isoOf(unixMillis: number): string {
  return new Date(unixMillis).toISOString();
}
