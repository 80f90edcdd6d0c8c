import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { unit } from "../common.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

export function stateSaves(q: PanelQueries): Panel {
  return timeSeries({
    title: "State saved",
    shows: "How often each service writes its state.",
    whenBad: "0 while agents work: a crash now would lose what they did. Look for errors of the state's store.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "stateSaves", by: ["service"] }), legend: "{{service}}" }],
  });
}

export function stateSize(q: PanelQueries): Panel {
  return timeSeries({
    title: "State size",
    shows: "Size of each service's state as last written.",
    whenBad: "Growing without end: finished work is never taken out, and each save and load takes longer.",
    unit: unit.bytes,
    queries: [{ expr: q.largest({ metric: "stateSize", by: ["service"] }), legend: "{{service}}" }],
  });
}

export function stateLoadDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "State load p95",
    shows: "Within which time 95 % of the loads of state are done.",
    whenBad: "Agents stand still while state is read: keep it smaller, or nearer.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "stateLoadDuration", by: ["service"] }), legend: "{{service}}" }],
    traces: "any",
  });
}
