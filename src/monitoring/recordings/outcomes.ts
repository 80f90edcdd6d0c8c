import { FAILED, JUDGED, type Recording } from "./recording.ts";

/** Which share of something went well or wrong, from 0 to 1. */
export const outcomeRecordings = {
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
  handoffFailureRatio15m: {
    by: ["service"],
    metric: "handoff_failures_per_handoffs",
    operations: "ratio_rate15m",
    expr: (q) => q.share({ metric: "handoffs", by: ["service"], where: JUDGED }, FAILED, "15m"),
  },
  providerFailureRatio5m: {
    by: ["service", "provider"],
    metric: "model_call_failures_per_model_calls",
    operations: "ratio_rate5m",
    expr: (q) => q.share({ metric: "modelCalls", by: ["service", "provider"], where: JUDGED }, FAILED, "5m"),
  },
  workflowFailureRatio1h: {
    by: ["service", "workflow"],
    metric: "workflow_failures_per_workflows",
    operations: "ratio_rate1h",
    expr: (q) => q.share({ metric: "workflows", by: ["service", "workflow"], where: JUDGED }, FAILED, "1h"),
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
  milestoneSuccessRatio1h: {
    by: ["service", "milestone_type"],
    metric: "milestone_successes_per_milestones",
    operations: "ratio_rate1h",
    expr: (q) =>
      q.share({ metric: "milestones", by: ["service", "milestone_type"], where: JUDGED }, { outcome: '="success"' }, "1h"),
  },
  journeySuccessRatio1h: {
    by: ["service", "journey"],
    metric: "journey_successes_per_journeys",
    operations: "ratio_rate1h",
    expr: (q) => q.share({ metric: "journeys", by: ["service", "journey"], where: JUDGED }, { outcome: '="success"' }, "1h"),
  },
} as const satisfies Record<string, Recording>;
