import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { unit } from "../common.ts";
import { stat } from "../kinds/stat.ts";
import { table } from "../kinds/table.ts";
import { variable } from "../variables.ts";

/**
 * Alerts of ours, by the name under which Prometheus keeps all that it knows of. Those that are about a service are narrowed down to
 * the chosen ones.
 */
function alerts(state: string): string {
  return `ALERTS{alertname=~"(Agent|Crowsnest).+", alertstate${state}, service=~"$service|"}`;
}

/** The alerts that fire; all dashboards mark when. */
export const firing = alerts('="firing"');

export function firingAlerts(): Panel {
  return stat({
    title: "Firing alerts",
    shows: "Alerts that fire right now.",
    whenBad: "The table below names them; each has a runbook, which says what it means and what to do.",
    unit: unit.count,
    query: { expr: `count(${firing}) or vector(0)`, legend: "alerts" },
    thresholds: [[1, "red"]],
  });
}

export function alertList(runbookBaseUrl: string | undefined): Panel {
  return table({
    title: "Alerts",
    shows: "Alerts that fire, and those that will soon unless it gets better.",
    whenBad: "Open docs/runbooks/ with the alert's name: what it means, how to look, what to do. Critical ones first.",
    rows: { alertname: "Alert", alertstate: "State", severity: "Severity", service: "Service", agent: "Agent" },
    columns: [
      {
        name: "Count",
        unit: unit.count,
        expr: `count by (alertname, alertstate, severity, service, agent) (${alerts('=~"firing|pending"')})`,
      },
    ],
    noValue: "No alert fires.",
    // A path in a repository is nothing that a browser could open.
    ...(runbookBaseUrl?.startsWith("http") === true && {
      link: { column: "Alert", title: "Runbook", url: `${runbookBaseUrl.replace(/\/+$/, "")}/${variable("__value.raw")}.md` },
    }),
  });
}
