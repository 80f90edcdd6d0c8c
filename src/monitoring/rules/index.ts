import { DEFAULT_METRIC_PREFIX } from "../../metrics/definitions.ts";
import { formatDuration } from "../durations.ts";
import { metricNames } from "../names.ts";
import { Queries } from "../promql.ts";
import { recorded, recordingRules } from "../recording.ts";
import { type Thresholds, thresholdsWith } from "../thresholds.ts";
import { agentAlerts } from "./agents.ts";
import type { Alert, AlertGroup } from "./alert.ts";
import { errorBudgetAlerts } from "./error-budget.ts";
import { moneyAlerts } from "./money.ts";
import { ownAlerts } from "./own-health.ts";
import { qualityAlerts } from "./quality.ts";
import { workflowAlerts } from "./workflows.ts";

export interface RuleOptions {
  /** What the fleet's metrics begin with: the hub's option `metricPrefix`. @default "agent" */
  readonly prefix?: string;
  /** What stands before `/<Alert>.md` in `runbook_url`. @default "docs/runbooks", as in this repository */
  readonly runbookBaseUrl?: string;
  /** The scrape job whose absence means that Crowsnest is down. @default "crowsnest" */
  readonly job?: string;
  /** What every `for` and `keep_firing_for` is multiplied by; below 1 to see alerts sooner. @default 1 */
  readonly forScale?: number;
  /** Thresholds that are not the default, by name. @default none */
  readonly thresholds?: Partial<Thresholds>;
}

/** One alerting rule as Prometheus takes it. */
interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly object[] }[];
}

const fleetGroups: Readonly<Record<string, AlertGroup>> = {
  agents: agentAlerts,
  error_budget: errorBudgetAlerts,
  workflows: workflowAlerts,
  quality: qualityAlerts,
  money: moneyAlerts,
};
const ownGroups: Readonly<Record<string, AlertGroup>> = { own_health: ownAlerts };

/** All alerts, by group, with their thresholds filled in. */
export function alertGroups(options: RuleOptions = {}): Readonly<Record<string, readonly Alert[]>> {
  return { ...alertsOf(fleetGroups, options), ...alertsOf(ownGroups, options) };
}

/**
 * The rule files by name, as Prometheus takes them.
 *
 * @throws ThresholdError
 */
export function ruleFiles(options: RuleOptions = {}): Readonly<Record<string, RuleFile>> {
  const fileOf = (groups: Readonly<Record<string, AlertGroup>>): RuleFile => ({
    groups: Object.entries(alertsOf(groups, options)).map(([name, alerts]) => ({
      name: `crowsnest_${name}`,
      rules: alerts.map((alert) => alertingRule(alert, options)),
    })),
  });
  return {
    "recording.yml": { groups: [{ name: "crowsnest_recording", rules: recordingRules(options.prefix) }] },
    "fleet.yml": fileOf(fleetGroups),
    "crowsnest.yml": fileOf(ownGroups),
  };
}

function alertsOf(groups: Readonly<Record<string, AlertGroup>>, options: RuleOptions): Record<string, readonly Alert[]> {
  const { prefix = DEFAULT_METRIC_PREFIX, job = "crowsnest" } = options;
  const context = {
    queries: new Queries(metricNames(prefix)),
    recorded: recorded(prefix),
    thresholds: thresholdsWith(options.thresholds),
    job,
  };
  return Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, group(context)]));
}

function alertingRule(rule: Alert, { runbookBaseUrl = "docs/runbooks", forScale = 1 }: RuleOptions): AlertingRule {
  const { alert, expr, forSeconds, keepFiringForSeconds, severity, labels, summary, description } = rule;
  return {
    alert,
    expr,
    for: formatDuration(forSeconds * forScale),
    ...(keepFiringForSeconds === undefined ? {} : { keep_firing_for: formatDuration(keepFiringForSeconds * forScale) }),
    labels: { severity, ...labels },
    annotations: { summary, description, runbook_url: `${runbookBaseUrl.replace(/\/+$/, "")}/${alert}.md` },
  };
}
