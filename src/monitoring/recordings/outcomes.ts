import { FAILED, JUDGED, type Recording } from "./recording.ts";

/** Which share of something went well or wrong, from 0 to 1, and how long it took. */
export const outcomeRecordings = {
  handoffDurationP95: {
    by: ["service"],
    metric: "handoff_duration_seconds",
    operations: "p95_rate5m",
    expr: (q) => q.quantile(0.95, { metric: "handoffDuration", by: ["service"] }, "5m"),
  },
  agentTaskFailureRatio15m: {
    by: ["service", "agent"],
    metric: "task_failures_per_tasks",
    operations: "ratio_rate15m",
    expr: (q) => q.share({ metric: "tasks", by: ["service", "agent"], where: JUDGED }, FAILED, "15m"),
  },
  agentToolFailureRatio15m: {
    by: ["service", "agent"],
    metric: "tool_call_failures_per_tool_calls",
    operations: "ratio_rate15m",
    expr: (q) => q.share({ metric: "toolCalls", by: ["service", "agent"], where: JUDGED }, FAILED, "15m"),
  },
  providerFailureRatio5m: {
    by: ["service", "provider"],
    metric: "model_call_failures_per_model_calls",
    operations: "ratio_rate5m",
    expr: (q) => q.share({ metric: "modelCalls", by: ["service", "provider"], where: JUDGED }, FAILED, "5m"),
  },
  validationPassRatio1h: {
    by: ["service"],
    metric: "validation_passes_per_validations",
    operations: "ratio_rate1h",
    expr: (q) => q.share({ metric: "validations", by: ["service"] }, { outcome: '="passed"' }, "1h"),
  },
  reviewRejectionRatio1h: {
    by: ["service"],
    metric: "review_rejections_per_reviews",
    operations: "ratio_rate1h",
    expr: (q) => q.share({ metric: "reviews", by: ["service"] }, { outcome: '="rejected"' }, "1h"),
  },
  journeySuccessRatio1h: {
    by: ["service", "journey"],
    metric: "journey_successes_per_journeys",
    operations: "ratio_rate1h",
    expr: (q) => q.share({ metric: "journeys", by: ["service", "journey"], where: JUDGED }, { outcome: '="success"' }, "1h"),
  },
} as const satisfies Record<string, Recording>;
