import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Thresholds } from "../../thresholds.ts";
import { type Steps, unit } from "../common.ts";
import { bars } from "../kinds/gauges.ts";
import { stat } from "../kinds/stat.ts";
import { table } from "../kinds/table.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

const SCOPE = ["service", "scope"] as const;

/** Yellow and red from where the alerts on budgets fire. */
function usedUp({ budgetNearlySpentRatio }: Thresholds): Steps {
  return [
    [budgetNearlySpentRatio, "yellow"],
    [1, "red"],
  ];
}

function limit(q: PanelQueries): string {
  return q.largest({ metric: "budget", by: SCOPE });
}

function spent(q: PanelQueries): string {
  return q.largest({ metric: "budgetSpent", by: SCOPE });
}

/** US dollars per second that go off a budget; below 0 for a while where a new day began. */
function burn(q: PanelQueries): string {
  return `max by (service, scope) (deriv(${q.series("budgetSpent")}[1h]))`;
}

export function mostUsedBudget(q: PanelQueries, thresholds: Thresholds): Panel {
  return stat({
    title: "Most used budget",
    shows: "The share that is spent of the budget that is used up most.",
    whenBad:
      "From 80 % on decide whether the work is worth more, and raise it, or stop it: an enforced budget refuses what comes after 100 %.",
    unit: unit.share,
    query: { expr: `max(${spent(q)} / ${limit(q)})`, legend: "spent" },
    noValue: "No budget is set.",
    thresholds: usedUp(thresholds),
  });
}

export function budgetsUsed(q: PanelQueries, thresholds: Thresholds): Panel {
  return bars({
    title: "Budgets used",
    shows: "How much of each budget is spent: those of agents, workflows and the day.",
    whenBad:
      "Yellow: the forecast in the table tells when it will be used up. Red: raise it if the work is worth it, else stop the work.",
    unit: unit.share,
    query: { expr: `sort_desc(${spent(q)} / ${limit(q)})`, legend: "{{scope}}" },
    thresholds: usedUp(thresholds),
    max: 1,
  });
}

export function budgetTable(q: PanelQueries, thresholds: Thresholds): Panel {
  return table({
    title: "Budgets",
    shows: "Every budget, what is left of it, and how long that will do at the pace of the last hour.",
    whenBad:
      "Less than an hour left: raise it or slow down now. A budget that is always used up early is too small for its work, or its work too dear.",
    rows: { scope: "Budget", service: "Service" },
    columns: [
      { name: "Limit", unit: unit.usd, expr: limit(q) },
      { name: "Spent", unit: unit.usd, expr: spent(q) },
      { name: "Left", unit: unit.usd, expr: `clamp_min(${limit(q)} - ${spent(q)}, 0)` },
      { name: "Used", unit: unit.share, expr: `${spent(q)} / ${limit(q)}`, thresholds: usedUp(thresholds) },
      { name: "Lasts for", unit: unit.seconds, expr: `clamp_min(${limit(q)} - ${spent(q)}, 0) / (${burn(q)} > 0)` },
    ],
    sortBy: "Used",
  });
}

export function budgetBurn(q: PanelQueries, thresholds: Thresholds): Panel {
  return timeSeries({
    title: "Burn against budget",
    shows: "The share of each budget that is spent. The day's starts anew at midnight UTC.",
    whenBad: "A line that is steeper than the day goes by reaches the top before the day ends: see the forecast.",
    unit: unit.share,
    queries: [{ expr: `${spent(q)} / ${limit(q)}`, legend: "{{scope}}" }],
    thresholds: usedUp(thresholds),
  });
}

export function theDaysBudget(q: PanelQueries): Panel {
  const secondsLeft = "(86400 - time() % 86400)";
  return timeSeries({
    title: "The day's budget",
    shows:
      "Where there is a budget for the day: what is spent of it, and what will be by midnight UTC at the pace of each moment.",
    whenBad:
      "Forecast above the limit: at this pace the money is gone before the day is. It is the time to route usual work to a cheaper model.",
    unit: unit.usd,
    queries: [
      { expr: q.largest({ metric: "budgetSpent", by: ["service"], where: { scope: '="day"' } }), legend: "{{service}} spent" },
      {
        expr: `${q.largest({ metric: "budgetSpent", by: ["service"], where: { scope: '="day"' } })} + ${q.rate({ metric: "cost", by: ["service"] })} * ${secondsLeft}`,
        legend: "{{service}} forecast",
      },
      { expr: q.largest({ metric: "budget", by: ["service"], where: { scope: '="day"' } }), legend: "{{service}} limit" },
    ],
  });
}
