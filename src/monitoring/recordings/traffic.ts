import type { Recording } from "./recording.ts";

/** How much goes on, and how long it takes. */
export const trafficRecordings = {
  handoffRate5m: {
    by: ["service"],
    metric: "handoffs",
    operations: "rate5m",
    expr: (q) => q.rate({ metric: "handoffs", by: ["service"] }, "5m"),
  },
  handoffDurationP95: {
    by: ["service"],
    metric: "handoff_duration_seconds",
    operations: "p95_rate5m",
    expr: (q) => q.quantile(0.95, { metric: "handoffDuration", by: ["service"] }, "5m"),
  },
  decisionRate5m: {
    by: ["service", "agent"],
    metric: "decisions",
    operations: "rate5m",
    expr: (q) => q.rate({ metric: "decisions", by: ["service", "agent"] }, "5m"),
  },
  errorRate5m: {
    by: ["service", "agent"],
    metric: "errors",
    operations: "rate5m",
    expr: (q) => q.rate({ metric: "agentErrors", by: ["service", "agent"] }, "5m"),
  },
  /** The share of time at work, from 0 to 1. */
  utilisation5m: {
    by: ["service", "agent"],
    metric: "active_seconds",
    operations: "rate5m",
    expr: (q) => q.rate({ metric: "agentActiveSeconds", by: ["service", "agent"] }, "5m"),
  },
  /** How full a context is, from 0 to 1; only where its limit is known. */
  contextFillRatio: {
    by: ["service", "agent"],
    metric: "context_tokens_per_context_limit_tokens",
    operations: "ratio",
    expr: (q) => `max by (service, agent) (${q.series("contextTokens")} / ${q.series("contextLimitTokens")})`,
  },
  taskDurationP95: {
    by: ["service", "task_type"],
    metric: "task_duration_seconds",
    operations: "p95_rate5m",
    expr: (q) => q.quantile(0.95, { metric: "taskDuration", by: ["service", "task_type"] }, "5m"),
  },
  taskQueueDurationP95: {
    by: ["service"],
    metric: "task_queue_duration_seconds",
    operations: "p95_rate5m",
    expr: (q) => q.quantile(0.95, { metric: "taskQueueDuration", by: ["service"] }, "5m"),
  },
  modelCallDurationP95: {
    by: ["service", "provider", "model"],
    metric: "model_call_duration_seconds",
    operations: "p95_rate5m",
    expr: (q) => q.quantile(0.95, { metric: "modelCallDuration", by: ["service", "provider", "model"] }, "5m"),
  },
} as const satisfies Record<string, Recording>;
