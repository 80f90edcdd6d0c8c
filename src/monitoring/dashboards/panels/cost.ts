import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { unit } from "../common.ts";
import { bars } from "../kinds/gauges.ts";
import { stat, total } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_DAY = 86_400;
/** How often the fleet's presence in the last hour is looked at. */
const SAMPLE_SECONDS = 15;
const SUCCESS = { outcome: '="success"' } as const;

/** Dashboards run on UTC, as budgets of a day do. */
const TODAY = "now/d";

/**
 * US dollars per second within the last hour, or within the part of it in which there was a fleet: a rate over a whole hour would
 * make a fleet that was started ten minutes ago look six times as cheap as it is.
 */
function spending(q: PanelQueries): string {
  const secondsSeen = `${SAMPLE_SECONDS} * count_over_time(${q.largest({ metric: "agentInfo", by: [] })}[1h:${SAMPLE_SECONDS}s])`;
  return `${q.increase({ metric: "cost", by: [] }, "1h")} / (${secondsSeen})`;
}

/** UTC, as Prometheus knows no other. */
const secondsLeftToday = `(${SECONDS_PER_DAY} - time() % ${SECONDS_PER_DAY})`;

export function costToday(q: PanelQueries): Panel {
  return total({
    title: "Cost today",
    shows: "US dollars spent on model calls since midnight UTC, as far as their price is known.",
    whenBad: "More than usual at this time of day: Cost and budgets tells which agent and which model.",
    unit: unit.usd,
    query: { expr: q.increase({ metric: "cost", by: [] }), legend: "today" },
    timeFrom: TODAY,
  });
}

export function costForecast(q: PanelQueries): Panel {
  return total({
    title: "Forecast for today",
    shows: "What today will have cost by midnight UTC, if spending goes on as in the last hour.",
    whenBad: "Beyond the day's budget: slow down now. Pause low priorities, or route usual tasks to a cheaper model.",
    unit: unit.usd,
    query: {
      expr: `${q.increase({ metric: "cost", by: [] })} + ${spending(q)} * ${secondsLeftToday}`,
      legend: "by midnight",
    },
    timeFrom: TODAY,
  });
}

export function costPerHour(q: PanelQueries): Panel {
  return stat({
    title: "Cost per hour",
    shows: "US dollars per hour, as spent within the last one.",
    whenBad: "A step up without more tasks done: see Cost per completed task, and then which agent it is.",
    unit: unit.usd,
    query: { expr: `${SECONDS_PER_HOUR} * ${spending(q)}`, legend: "per hour" },
  });
}

/** Over an hour, as neither costs nor tasks come evenly. */
function perCompletedTask(q: PanelQueries, window: string | undefined): string {
  return `${q.increase({ metric: "cost", by: [] }, window)} / ${q.increase({ metric: "tasks", by: [], where: SUCCESS }, window)}`;
}

export function costPerTask(q: PanelQueries): Panel {
  return total({
    title: "Cost per completed task",
    shows: "US dollars spent in the time shown for each task that succeeded; what failed ones cost is in it.",
    whenBad:
      "Rising with the same work: more retries (Quality and journeys), fuller contexts (Agents), or a dearer model than needed.",
    unit: unit.usd,
    query: { expr: perCompletedTask(q, undefined), legend: "per task" },
  });
}

export function costPerTaskOverTime(q: PanelQueries): Panel {
  return timeSeries({
    title: "Cost per completed task, by the hour",
    shows: "US dollars spent within an hour for each task that succeeded in it.",
    whenBad: "A step: find what was changed at that moment, most often a prompt, a model or a limit.",
    unit: unit.usd,
    queries: [{ expr: perCompletedTask(q, "1h"), legend: "per task" }],
  });
}

export function costByAgent(q: PanelQueries): Panel {
  return timeSeries({
    title: "Cost per hour by agent",
    shows: "At which pace each agent spends.",
    whenBad: "One agent far above the rest: look at its context (every token is paid again with each request) and at its model.",
    unit: unit.usd,
    queries: [{ expr: `${SECONDS_PER_HOUR} * ${q.rate({ metric: "cost", by: ["agent"] })}`, legend: "{{agent}}" }],
    stacked: true,
  });
}

export function costByModel(q: PanelQueries): Panel {
  return timeSeries({
    title: "Cost per hour by model",
    shows: "At which pace money goes to each model.",
    whenBad: "The strongest model takes most of it: the model_routing decisions in the traces tell what is sent there and why.",
    unit: unit.usd,
    queries: [{ expr: `${SECONDS_PER_HOUR} * ${q.rate({ metric: "cost", by: ["model"] })}`, legend: "{{model}}" }],
    stacked: true,
  });
}

export function costByDay(q: PanelQueries): Panel {
  return timeSeries({
    title: "Cost by day",
    shows: "US dollars of each day of the last month, by model. A bar stands at the end of its day, UTC.",
    whenBad: "Days that get dearer: compare with the tasks that were done. The same price for more work is fine.",
    unit: unit.usd,
    queries: [{ expr: q.increase({ metric: "cost", by: ["model"] }, "$__interval"), legend: "{{model}}" }],
    stacked: true,
    barsEvery: "1d",
    timeFrom: "30d",
  });
}

export function costOfAgents(q: PanelQueries): Panel {
  return bars({
    title: "Cost by agent",
    shows: "US dollars that each agent spent in the time shown.",
    whenBad: "Start saving at the longest bar: its context and its model matter more than all others together.",
    unit: unit.usd,
    query: { expr: `sort_desc(${q.increase({ metric: "cost", by: ["agent"] })})`, legend: "{{agent}}" },
  });
}

export function costOfModels(q: PanelQueries): Panel {
  return bars({
    title: "Cost by model",
    shows: "US dollars that each model cost in the time shown.",
    whenBad: "A model that nobody meant to use: find who chose it by the model_routing decisions in the traces.",
    unit: unit.usd,
    query: { expr: `sort_desc(${q.increase({ metric: "cost", by: ["model"] })})`, legend: "{{model}}" },
  });
}

export function unpricedCalls(q: PanelQueries): Panel {
  return bars({
    title: "Model calls without a price",
    shows: "Successful calls in the time shown that are missing from all costs and budgets, as their model's price is not known.",
    whenBad:
      "Any bar: ask crowsnest prices for that model, and give its price by the option prices (the guide's page on prices).",
    unit: unit.count,
    query: {
      expr: `sort_desc(${q.increaseOfRare({ metric: "unpricedModelCalls", by: ["provider", "model"] })})`,
      legend: "{{provider}} {{model}}",
    },
  });
}
