import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { bars } from "../kinds/gauges.ts";
import { stat } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

export function errorRate(q: PanelQueries, { errorsPerSecond }: Thresholds): Panel {
  return stat({
    title: "Errors",
    shows: "Errors of all agents together, per second.",
    whenBad: "See which agent and which kind of error it is below, and open its traces: the exception stands on the span.",
    unit: unit.perSecond,
    query: { expr: `${q.rate({ metric: "agentErrors", by: [] })} or vector(0)`, legend: "errors" },
    thresholds: [[errorsPerSecond, "red"]],
    decimals: 2,
  });
}

export function errorsByAgent(q: PanelQueries, { errorsPerSecond }: Thresholds): Panel {
  return timeSeries({
    title: "Errors by agent",
    shows:
      "Errors of each agent, counted once where they arose. AgentHighErrorRate fires when one kind of them alone stays above the dashed line.",
    whenBad: "One agent: see its kinds of error on the dashboard Agents. All at once: look at the models' provider first.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "agentErrors", by: ["agent"] }), legend: "{{agent}}" }],
    thresholds: [[errorsPerSecond, "red"]],
  });
}

export function errorsByType(q: PanelQueries): Panel {
  return timeSeries({
    title: "Errors by agent and kind",
    shows: "What goes wrong with which agent.",
    whenBad:
      "Kinds that name the provider (overloaded, rate limit): wait or route elsewhere. Kinds of your own code: open the trace of a failed task of that agent.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "agentErrors", by: ["agent", "error_type"] }), legend: "{{agent}}: {{error_type}}" }],
  });
}

export function errorsShown(q: PanelQueries): Panel {
  return bars({
    title: "Errors in the time shown",
    shows: "How often each kind of error arose.",
    whenBad: "Start with the longest bar: mending one kind of error usually takes most of them away.",
    unit: unit.count,
    query: { expr: `sort_desc(${q.increaseOfRare({ metric: "agentErrors", by: ["error_type"] })})`, legend: "{{error_type}}" },
    decimals: 0,
  });
}
