import type { EventData } from "../../events/types.ts";
import type { Queries } from "../promql.ts";
import type { recorded } from "../recording.ts";
import type { Thresholds } from "../thresholds.ts";

/** How bad it is: somebody has to get up, somebody has to look today, or it is good to know. */
export type Severity = NonNullable<EventData<"alert_fired">["severity"]>;

/** One alerting rule. Its runbook is `docs/runbooks/<alert>.md`. */
export interface Alert {
  /** What it is called; rules may share a name where they tell the same trouble by different measures. */
  readonly alert: string;
  readonly expr: string;
  /** How long the expression has to hold. */
  readonly forSeconds: number;
  /** How long the alert stays after the expression held last, where it would flap otherwise. */
  readonly keepFiringForSeconds?: number;
  readonly severity: Severity;
  /** Labels beside those of the expression. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What is wrong, in one line. */
  readonly summary: string;
  /** What was measured, and what it means. */
  readonly description: string;
}

/** What the expressions of alerts are made from. */
export interface AlertContext {
  readonly queries: Queries;
  /** Names of recorded series. */
  readonly recorded: ReturnType<typeof recorded>;
  readonly thresholds: Thresholds;
  /** The name of the scrape job whose absence means that Crowsnest is down. */
  readonly job: string;
}

/** A group of alerts: Prometheus evaluates it as one. */
export type AlertGroup = (context: AlertContext) => readonly Alert[];

export const MINUTE_SECONDS = 60;
export const HOUR_SECONDS = 3_600;
