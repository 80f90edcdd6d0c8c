import { JUDGED } from "../recordings/recording.ts";
import { type Alert, type AlertGroup, MINUTE_SECONDS } from "./alert.ts";

/** Single agents: what they get wrong, what they hold, and whether they are heard of. */
export const agentAlerts: AlertGroup = ({ queries, recorded, thresholds }) => {
  const ended = (metric: "tasks" | "toolCalls") => queries.increase({ metric, by: ["service", "agent"], where: JUDGED }, "15m");
  const failing = (work: "tasks" | "tool calls", ratio: string, endedWork: string): Alert => ({
    alert: "AgentHighFailureRatio",
    expr: `${ratio} > ${thresholds.failureRatio} and ${endedWork} >= ${thresholds.minEnded}`,
    forSeconds: 5 * MINUTE_SECONDS,
    keepFiringForSeconds: 5 * MINUTE_SECONDS,
    severity: "warning",
    labels: { work },
    summary: `{{ $labels.agent }} of {{ $labels.service }} fails at too many of its ${work}`,
    description: `{{ $value | humanizePercentage }} of the ${work} that ended within 15 minutes failed.`,
  });
  const errors = `rate(${queries.series("agentErrors")}[5m])`;
  const tokens = queries.series("contextTokens");
  const limit = queries.series("contextLimitTokens");
  const lastSeen = queries.largest({ metric: "agentLastSeen", by: ["service", "agent"], where: { agent: '!="other"' } });
  const atWork = queries.largest({ metric: "agentActive", by: ["service", "agent"] });
  return [
    {
      alert: "AgentHighErrorRate",
      expr: `${errors} > ${thresholds.errorsPerSecond}`,
      forSeconds: 5 * MINUTE_SECONDS,
      severity: "warning",
      summary: "{{ $labels.agent }} of {{ $labels.service }} raises many errors ({{ $labels.error_type }})",
      description: '{{ printf "%.2g" $value }} errors of type {{ $labels.error_type }} per second over 5 minutes.',
    },
    failing("tasks", recorded.agentTaskFailureRatio15m, ended("tasks")),
    failing("tool calls", recorded.agentToolFailureRatio15m, ended("toolCalls")),
    {
      alert: "AgentContextOverflow",
      // Nine thousand tokens are much or little depending on the model, so they count only where nobody told the limit.
      expr: `${tokens} > ${thresholds.contextTokens} unless ${limit} or ${tokens} > ${thresholds.contextFillRatio} * ${limit}`,
      forSeconds: MINUTE_SECONDS,
      severity: "warning",
      summary: "The context of {{ $labels.agent }} of {{ $labels.service }} is almost full",
      description:
        "The latest request held {{ $value | humanize }} tokens. What does not fit is cut off or refused by the model.",
    },
    {
      alert: "AgentSilent",
      expr: `time() - ${lastSeen} > ${thresholds.silentSeconds} and ${atWork} > 0`,
      forSeconds: MINUTE_SECONDS,
      severity: "warning",
      summary: "{{ $labels.agent }} of {{ $labels.service }} has work and says nothing",
      description: "It has a run or a task, and was last heard of {{ $value | humanizeDuration }} ago.",
    },
  ];
};
