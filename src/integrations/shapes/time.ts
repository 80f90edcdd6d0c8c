/** Times below this are seconds: as milliseconds they would lie in January 1970. */
const LEAST_MILLIS = 100_000_000_000;
/** Times above this are microseconds or nanoseconds: as milliseconds they would lie beyond the year 5000. */
const MOST_MILLIS = 100_000_000_000_000;

/** A moment in milliseconds since 1970, from whatever systems write one as; undefined where it is none. */
export function readTime(value: unknown): number | undefined {
  if (typeof value === "string") {
    const parsed = Date.parse(value);
    if (!Number.isNaN(parsed)) return parsed;
    return value.trim() === "" ? undefined : readTime(Number(value));
  }
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) return undefined;
  if (value < LEAST_MILLIS) return Math.round(value * 1_000);
  if (value < MOST_MILLIS) return Math.round(value);
  return Math.round(value < MOST_MILLIS * 1_000 ? value / 1_000 : value / 1_000_000);
}
