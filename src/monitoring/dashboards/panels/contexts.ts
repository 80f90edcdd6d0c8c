import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Thresholds } from "../../thresholds.ts";
import { type Steps, unit } from "../common.ts";
import { gauges } from "../kinds/gauges.ts";
import { stat } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

/** Red from where AgentContextOverflow is about to fire. */
export function nearlyFull({ contextFillRatio }: Thresholds): Steps {
  return [
    [0.8 * contextFillRatio, "yellow"],
    [contextFillRatio, "red"],
  ];
}

/** How full each agent's context is, of its own limit; agents whose limit is unknown are not in it. */
export function contextFill(q: PanelQueries): string {
  return `max by (service, agent) (${q.series("contextTokens")} / ${q.series("contextLimitTokens")})`;
}

export function fullestContext(q: PanelQueries, thresholds: Thresholds): Panel {
  return stat({
    title: "Fullest context",
    shows: "How full the fullest context is, of its agent's own limit.",
    whenBad: "From 90 % on, the next request may be cut or refused: let that agent compact its history, or hand over sooner.",
    unit: unit.share,
    query: { expr: `max(${contextFill(q)})`, legend: "fullest" },
    thresholds: nearlyFull(thresholds),
  });
}

export function contextGauges(q: PanelQueries, thresholds: Thresholds): Panel {
  return gauges({
    title: "Context tokens against each agent's limit",
    shows: "How much of its context each agent used in its latest request. Agents whose limit is unknown are not shown.",
    whenBad:
      "Red: compact the history, shorten tool output, or give the agent a model with more room. The next panel tells whether it grows or jumps.",
    unit: unit.share,
    query: { expr: contextFill(q), legend: "{{agent}}" },
    thresholds: nearlyFull(thresholds),
    max: 1,
  });
}

export function contextTokens(q: PanelQueries): Panel {
  return timeSeries({
    title: "Context tokens",
    shows: "Tokens in each agent's context as of its latest request, and the largest limit among them.",
    whenBad:
      "A steady climb: history is never compacted. A jump: a tool answered with something long, see the trace of that moment.",
    unit: unit.count,
    queries: [
      { expr: q.largest({ metric: "contextTokens", by: ["agent"] }), legend: "{{agent}}" },
      { expr: q.largest({ metric: "contextLimitTokens", by: [] }), legend: "largest limit" },
    ],
  });
}

export function contextItems(q: PanelQueries): Panel {
  return timeSeries({
    title: "Context items",
    shows: "Messages or documents in each agent's context.",
    whenBad:
      "Many items and few tokens: small talk between agents piles up. Few items and many tokens: one of them is far too long.",
    unit: unit.count,
    queries: [{ expr: q.largest({ metric: "contextItems", by: ["agent"] }), legend: "{{agent}}" }],
  });
}

export function contextRefreshDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Context refresh p95",
    shows: "Within which time 95 % of contexts are built anew or compacted.",
    whenBad:
      "Compaction by a model costs its call: see that model's latency. Building from documents: look at where they come from.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "contextRefreshDuration", by: ["agent"] }), legend: "{{agent}}" }],
    traces: "any",
  });
}

export function savedTokens(q: PanelQueries): Panel {
  return timeSeries({
    title: "Tokens saved by compaction",
    shows: "Tokens that compaction took out of contexts, per second.",
    whenBad: "0 for an agent whose context is nearly full: its compaction does not run, or takes nothing away.",
    unit: unit.count,
    queries: [{ expr: q.rate({ metric: "contextSavedTokens", by: ["agent"] }), legend: "{{agent}}" }],
  });
}
