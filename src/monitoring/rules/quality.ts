import { type AlertGroup, MINUTE_SECONDS } from "./alert.ts";

/** How good the work is, by those who check it. */
export const qualityAlerts: AlertGroup = ({ queries, recorded, thresholds }) => {
  const validations = queries.increase({ metric: "validations", by: ["service"] }, "1h");
  const reviews = queries.increase({ metric: "reviews", by: ["service"] }, "1h");
  const tasks = queries.increase({ metric: "tasks", by: ["service", "task_type"] }, "1h");
  const blocks = recorded.safetyBlocks1h;
  // The hour itself is left out of what it is compared with.
  const blocksBefore = `avg_over_time(${blocks}[1d] offset 1h)`;
  // How often is usual cannot be known of a service that has just begun.
  const knownBefore = `count by (service) (${queries.series("agentLastSeen")} offset 2h)`;
  return [
    {
      alert: "AgentValidationPassRateLow",
      expr: `${recorded.validationPassRatio1h} < ${thresholds.validationPassRatio} and ${validations} >= ${thresholds.minEnded}`,
      forSeconds: 15 * MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "warning",
      summary: "Too little of the work of {{ $labels.service }} passes validation",
      description: "Only {{ $value | humanizePercentage }} of the validations within the last hour passed.",
    },
    {
      alert: "AgentReviewRejectionsHigh",
      expr: `${recorded.reviewRejectionRatio1h} > ${thresholds.reviewRejectionRatio} and ${reviews} >= ${thresholds.minEnded}`,
      forSeconds: 15 * MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "warning",
      summary: "Critics of {{ $labels.service }} reject too much",
      description: "{{ $value | humanizePercentage }} of what critics looked at within the last hour was rejected.",
    },
    {
      alert: "AgentRetriesHigh",
      expr: `${recorded.retriesPerTask1h} > ${thresholds.retriesPerTask} and ${tasks} >= ${thresholds.minEnded}`,
      forSeconds: 15 * MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "warning",
      summary: "Tasks of type {{ $labels.task_type }} of {{ $labels.service }} need too many attempts",
      description:
        '{{ printf "%.2g" $value }} further attempts per task within the last hour: time and money for work that is done twice.',
    },
    {
      alert: "AgentSafetyBlocksRising",
      expr:
        `${blocks} >= ${thresholds.safetyBlocksPerHour} unless ${blocks} <= ${thresholds.safetyBlocksFactor} * ${blocksBefore} ` +
        `and on (service) ${knownBefore}`,
      forSeconds: 5 * MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "warning",
      summary: "The policy {{ $labels.policy }} stops agents of {{ $labels.service }} more often than it used to",
      description: `{{ printf "%.0f" $value }} actions were stopped within the last hour, more than ${thresholds.safetyBlocksFactor} times the hourly average of the day before.`,
    },
  ];
};
