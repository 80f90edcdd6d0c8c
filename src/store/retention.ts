import { familyOf } from "../events/families.ts";
import { eventFamilies } from "../events/schemas.ts";
import type { Retention } from "./event-store.ts";

const DAY_MILLIS = 86_400_000;

/**
 * How long events are kept unless the user says otherwise. Studies of agents compare phases and releases months apart, and
 * what they compare is who decided what and how sure it was, what failed and recovered, how far users came, and the
 * measurements themselves: few rows that are worth their place for 90 days. Everything else is operation, of interest for 30.
 */
const defaultRetention = {
  default: 30,
  research: 90,
  decisions: 90,
  trouble: 90,
  journeys: 90,
} as const satisfies Retention;

/**
 * How long an event type is kept, in milliseconds. A type that this version does not know (an older or newer one wrote it)
 * counts as `default`.
 */
export function retentionMillis(type: string, retention: Retention = {}): number {
  const days: Retention = { ...defaultRetention, ...retention };
  const family = familyOf(type);
  // A user's own `default` moves only what has no row of its own.
  return ((family === undefined ? undefined : days[family]) ?? days.default ?? defaultRetention.default) * DAY_MILLIS;
}

/** Throws a sentence that names the option where a retention is not one. */
export function checkRetention(retention: Retention): void {
  for (const [family, days] of Object.entries(retention)) {
    if (family !== "default" && !Object.hasOwn(eventFamilies, family)) {
      const known = ["default", ...Object.keys(eventFamilies)].join(", ");
      throw new RangeError(`retention.${family} is not an event family; there are: ${known}.`);
    }
    if (typeof days !== "number" || !(days > 0)) {
      throw new RangeError(`retention.${family} takes a number of days above 0 (Infinity keeps for ever), not ${String(days)}.`);
    }
  }
}
