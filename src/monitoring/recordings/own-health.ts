import type { Recording } from "./recording.ts";

const eventRate5m = {
  by: ["job", "instance"],
  metric: "events",
  operations: "rate5m",
  own: true,
  expr: (q) => q.rate({ metric: "events", by: ["job", "instance"] }, "5m"),
} as const satisfies Recording;

/** Drops come in bursts after days without any, so the first ones have to count. */
const eventsDropped5m = {
  by: ["job", "instance", "queue"],
  metric: "events_dropped",
  operations: "increase5m",
  own: true,
  expr: (q) => q.increaseOfRare({ metric: "eventsDropped", by: ["job", "instance", "queue"] }, "5m"),
} as const satisfies Recording;

/** How Crowsnest itself is, per process. */
export const ownRecordings = {
  eventRate5m,
  eventsDropped5m,
  /** The share of events that a queue lost; all of them where nothing else passed. */
  eventsDroppedRatio5m: {
    by: ["job", "instance", "queue"],
    metric: "events_dropped_per_events",
    operations: "ratio_increase5m",
    own: true,
    expr: (_q, nameOf) => {
      const dropped = nameOf(eventsDropped5m);
      const offered = `(${dropped} + on (job, instance) group_left () 300 * ${nameOf(eventRate5m)} or ${dropped})`;
      return `${dropped} / ${offered}`;
    },
  },
  queueFillRatio: {
    by: ["job", "instance", "queue"],
    metric: "queue_depth_per_queue_capacity",
    operations: "ratio",
    own: true,
    expr: (q) =>
      `${q.largest({ metric: "queueDepth", by: ["job", "instance", "queue"] })} / ${q.largest({ metric: "queueCapacity", by: ["job", "instance", "queue"] })}`,
  },
  storeCommitDurationP95: {
    by: ["job", "instance"],
    metric: "store_commit_duration_seconds",
    operations: "p95_rate5m",
    own: true,
    expr: (q) => q.quantile(0.95, { metric: "storeCommitDuration", by: ["job", "instance"] }, "5m"),
  },
  scrapeDurationP95: {
    by: ["job", "instance"],
    metric: "scrape_duration_seconds",
    operations: "p95_rate5m",
    own: true,
    expr: (q) => q.quantile(0.95, { metric: "scrapeDuration", by: ["job", "instance"] }, "5m"),
  },
} as const satisfies Record<string, Recording>;
