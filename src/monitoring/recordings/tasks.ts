import { FAILED, JUDGED, type Recording } from "./recording.ts";

/** Tasks that ended per second, those that were called off left out. */
const taskRate5m = {
  by: ["service"],
  metric: "tasks",
  operations: "rate5m",
  expr: (q) => q.rate({ metric: "tasks", by: ["service"], where: JUDGED }, "5m"),
} as const satisfies Recording;

/** Tasks that failed per second; 0 rather than nothing as long as none has. */
const taskFailureRate5m = {
  by: ["service"],
  metric: "task_failures",
  operations: "rate5m",
  expr: (q, nameOf) => `${q.rate({ metric: "tasks", by: ["service"], where: FAILED }, "5m")} or 0 * ${nameOf(taskRate5m)}`,
} as const satisfies Recording;

/** The share of tasks that failed. Long windows add up what was recorded, as days of every agent's counters would cost seconds each time. */
function taskFailureRatio<const Window extends string>(window: Window) {
  return {
    by: ["service"],
    metric: "task_failures_per_tasks",
    operations: `ratio_rate${window}`,
    expr: (_q, nameOf) =>
      window === "5m"
        ? `${nameOf(taskFailureRate5m)} / ${nameOf(taskRate5m)}`
        : `sum_over_time(${nameOf(taskFailureRate5m)}[${window}]) / sum_over_time(${nameOf(taskRate5m)}[${window}])`,
  } as const satisfies Recording;
}

/** How tasks end, over the windows in which an error budget is watched. */
export const taskRecordings = {
  taskRate5m,
  taskFailureRate5m,
  taskFailureRatio5m: taskFailureRatio("5m"),
  taskFailureRatio30m: taskFailureRatio("30m"),
  taskFailureRatio1h: taskFailureRatio("1h"),
  taskFailureRatio2h: taskFailureRatio("2h"),
  taskFailureRatio6h: taskFailureRatio("6h"),
  taskFailureRatio1d: taskFailureRatio("1d"),
  taskFailureRatio3d: taskFailureRatio("3d"),
  /** Further attempts per task that ended. */
  retriesPerTask1h: {
    by: ["service", "task_type"],
    metric: "task_retries_per_tasks",
    operations: "ratio_rate1h",
    expr: (q) =>
      `${q.rate({ metric: "taskRetries", by: ["service", "task_type"] }, "1h")} / ${q.rate({ metric: "tasks", by: ["service", "task_type"] }, "1h")}`,
  },
} as const satisfies Record<string, Recording>;
