import { JUDGED } from "../recordings/recording.ts";
import { type AlertGroup, MINUTE_SECONDS } from "./alert.ts";

/** Work that several agents share: handoffs, workflows, journeys, and the moment when a person is asked. */
export const workflowAlerts: AlertGroup = ({ queries, recorded, thresholds }) => {
  const stuckMinutes = Math.round(thresholds.workflowStuckSeconds / MINUTE_SECONDS);
  const inProgress = queries.total({ metric: "workflowsInProgress", by: ["service", "workflow"] });
  const runs = queries.series("workflows");
  // A series that was not there before is the first run that ended.
  const hasEnded = `sum by (service, workflow) (${runs} unless ${runs} offset ${stuckMinutes}m or increase(${runs}[${stuckMinutes}m])) > 0`;
  const journeyRuns = queries.increase({ metric: "journeys", by: ["service", "journey"], where: JUDGED }, "1h");
  const escalated = (priorities: string) =>
    `${recorded.escalations1h}{priority=~"${priorities}"} > ${thresholds.escalationsPerHour}`;
  const escalation = {
    alert: "AgentEscalationsWaiting",
    forSeconds: MINUTE_SECONDS,
    summary: "Agents of {{ $labels.service }} asked a person (priority {{ $labels.priority }})",
    description: '{{ printf "%.0f" $value }} times within the last hour. They wait or go on without what they asked for.',
  } as const;
  return [
    {
      alert: "AgentHandoffSlow",
      expr:
        `${recorded.handoffDurationP95} > ${thresholds.handoffP95Seconds} ` +
        `and ${queries.increase({ metric: "handoffs", by: ["service"] }, "5m")} >= ${thresholds.minEnded}`,
      forSeconds: 10 * MINUTE_SECONDS,
      keepFiringForSeconds: 5 * MINUTE_SECONDS,
      severity: "warning",
      summary: "Handoffs of {{ $labels.service }} take too long",
      description: "One in twenty handoffs takes longer than {{ $value | humanizeDuration }}.",
    },
    {
      alert: "AgentWorkflowStuck",
      expr: `${inProgress} > 0 unless ${hasEnded}`,
      forSeconds: 15 * MINUTE_SECONDS,
      severity: "warning",
      summary: "{{ $labels.workflow }} of {{ $labels.service }} does not come to an end",
      description: `{{ $value }} runs are in progress, and none has ended within ${stuckMinutes} minutes.`,
    },
    {
      alert: "AgentJourneySuccessLow",
      expr: `${recorded.journeySuccessRatio1h} < ${thresholds.journeySuccessRatio} and ${journeyRuns} >= ${thresholds.minEnded}`,
      forSeconds: 10 * MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "critical",
      summary: "The journey {{ $labels.journey }} of {{ $labels.service }} fails too often",
      description: "Only {{ $value | humanizePercentage }} of its runs within the last hour went well.",
    },
    { ...escalation, expr: escalated("high|critical"), severity: "warning" },
    { ...escalation, expr: escalated("low|medium"), severity: "info" },
  ];
};
