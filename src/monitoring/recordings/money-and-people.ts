import type { Recording } from "./recording.ts";

/** What is spent, and what people are asked or told to look at. */
export const moneyAndPeopleRecordings = {
  /** US dollars per second. */
  costRate1h: {
    by: ["service"],
    metric: "cost_usd",
    operations: "rate1h",
    expr: (q) => q.rate({ metric: "cost", by: ["service"] }, "1h"),
  },
  /** The share of a budget that is spent: 1 is all of it, and more is beyond it. */
  budgetSpentRatio: {
    by: ["service", "scope"],
    metric: "budget_spent_usd_per_budget_usd",
    operations: "ratio",
    expr: (q) => `max by (service, scope) (${q.series("budgetSpent")} / ${q.series("budget")})`,
  },
  escalations1h: {
    by: ["service", "priority"],
    metric: "escalations",
    operations: "increase1h",
    expr: (q) => q.increaseOfRare({ metric: "escalations", by: ["service", "priority"] }, "1h"),
  },
  safetyBlocks1h: {
    by: ["service", "policy"],
    metric: "safety_blocks",
    operations: "increase1h",
    expr: (q) => q.increaseOfRare({ metric: "safetyBlocks", by: ["service", "policy"] }, "1h"),
  },
} as const satisfies Record<string, Recording>;
