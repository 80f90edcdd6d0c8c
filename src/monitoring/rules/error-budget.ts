import type { RecordingKey } from "../recording.ts";
import { JUDGED } from "../recordings/recording.ts";
import { type Alert, type AlertGroup, HOUR_SECONDS, MINUTE_SECONDS, type Severity } from "./alert.ts";

/** A pair of windows: the long one shows that it matters, the short one that it goes on. */
interface Burn {
  readonly long: string;
  readonly short: string;
  readonly longRatio: RecordingKey;
  readonly shortRatio: RecordingKey;
  /** How many times faster than allowed the budget goes. */
  readonly factor: number;
  readonly severity: Severity;
  readonly forSeconds: number;
  readonly keepFiringForSeconds?: number;
}

/** The windows of Google's Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts", for a budget of 30 days. */
const burns: readonly Burn[] = [
  {
    long: "1h",
    short: "5m",
    longRatio: "taskFailureRatio1h",
    shortRatio: "taskFailureRatio5m",
    factor: 14.4,
    severity: "critical",
    forSeconds: 2 * MINUTE_SECONDS,
    // As long as the next slower pair needs to notice the end, which this one keeps silent: otherwise one burn would page twice.
    keepFiringForSeconds: 30 * MINUTE_SECONDS,
  },
  {
    long: "6h",
    short: "30m",
    longRatio: "taskFailureRatio6h",
    shortRatio: "taskFailureRatio30m",
    factor: 6,
    severity: "critical",
    forSeconds: 15 * MINUTE_SECONDS,
  },
  {
    long: "1d",
    short: "2h",
    longRatio: "taskFailureRatio1d",
    shortRatio: "taskFailureRatio2h",
    factor: 3,
    severity: "warning",
    forSeconds: HOUR_SECONDS,
  },
  {
    long: "3d",
    short: "6h",
    longRatio: "taskFailureRatio3d",
    shortRatio: "taskFailureRatio6h",
    factor: 1,
    severity: "warning",
    forSeconds: 3 * HOUR_SECONDS,
  },
];

/** Tasks of a service that fail faster than its objective allows. */
export const errorBudgetAlerts: AlertGroup = ({ queries, recorded, thresholds }) => {
  const objective = thresholds.taskSuccessRatio;
  const budget = Number((1 - objective).toPrecision(6));
  return burns.map(({ long, short, longRatio, shortRatio, factor, severity, forSeconds, keepFiringForSeconds }): Alert => {
    const limit = Number((factor * budget).toPrecision(6));
    const ended = queries.increase({ metric: "tasks", by: ["service"], where: JUDGED }, long);
    return {
      alert: "AgentTaskErrorBudgetBurn",
      expr: [
        `${recorded[longRatio]} > ${limit}`,
        `${recorded[shortRatio]} > ${limit}`,
        `${ended} >= ${thresholds.burnMinTasks}`,
      ].join(" and "),
      forSeconds,
      ...(keepFiringForSeconds === undefined ? {} : { keepFiringForSeconds }),
      severity,
      labels: { long_window: long, short_window: short },
      summary: `Tasks of {{ $labels.service }} use up their error budget ${factor === 1 ? "faster" : `${factor} times faster`} than they may`,
      description:
        `{{ $value | humanizePercentage }} of the tasks within ${long} failed, and more than ${percent(limit)} within ${short}, ` +
        `so it goes on; ${percent(budget)} may. At this rate a budget of 30 days is gone in ${timeLeft(factor)}.`,
    };
  });
};

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(4))} %`;
}

function timeLeft(factor: number): string {
  const days = 30 / factor;
  return days >= 2 ? `${Math.round(days)} days` : `${Math.round(days * 24)} hours`;
}
