import { JUDGED } from "../recordings/recording.ts";
import { type AlertGroup, HOUR_SECONDS, MINUTE_SECONDS } from "./alert.ts";

/** What the work costs, and those who are paid for it. */
export const moneyAlerts: AlertGroup = ({ queries, recorded, thresholds }) => {
  const spent = recorded.budgetSpentRatio;
  const rate = recorded.costRate1h;
  const week = `${rate}[1w] offset 1h`;
  const calls = queries.increase({ metric: "modelCalls", by: ["service", "provider"], where: JUDGED }, "5m");
  return [
    {
      alert: "AgentBudgetNearlySpent",
      expr: `${spent} >= ${thresholds.budgetNearlySpentRatio} and ${spent} < 1`,
      forSeconds: MINUTE_SECONDS,
      severity: "warning",
      summary: "The budget of {{ $labels.scope }} of {{ $labels.service }} is nearly spent",
      description: "{{ $value | humanizePercentage }} of it is spent.",
    },
    {
      alert: "AgentBudgetExceeded",
      expr: `${spent} >= 1`,
      forSeconds: MINUTE_SECONDS,
      severity: "critical",
      summary: "The budget of {{ $labels.scope }} of {{ $labels.service }} is exceeded",
      description:
        "{{ $value | humanizePercentage }} of it is spent. Where it is enforced, agents now refuse work that would spend more.",
    },
    {
      alert: "AgentCostAnomaly",
      expr: [
        `${HOUR_SECONDS} * ${rate} > ${HOUR_SECONDS} * (avg_over_time(${week}) + ${thresholds.costAnomalySigmas} * stddev_over_time(${week}))`,
        `${rate} > ${thresholds.costAnomalyFactor} * avg_over_time(${week})`,
        `${HOUR_SECONDS} * ${rate} >= ${thresholds.costAnomalyMinUsdPerHour}`,
        // A service that is younger than a day has no usual cost.
        `${rate} offset 1d`,
      ].join(" and "),
      forSeconds: 10 * MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "warning",
      summary: "{{ $labels.service }} costs far more than usual",
      description:
        '{{ printf "%.2f" $value }} US dollars were spent within the last hour, far above what the week before was like.',
    },
    {
      alert: "AgentProviderFailing",
      expr: `${recorded.providerFailureRatio5m} > ${thresholds.providerFailureRatio} and ${calls} >= ${thresholds.minEnded}`,
      forSeconds: 3 * MINUTE_SECONDS,
      keepFiringForSeconds: 5 * MINUTE_SECONDS,
      severity: "critical",
      summary: "Calls of {{ $labels.provider }}'s models by {{ $labels.service }} fail",
      description: "{{ $value | humanizePercentage }} of the calls within 5 minutes failed or timed out.",
    },
  ];
};
