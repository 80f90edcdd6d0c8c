import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { FAILED, JUDGED } from "../../recordings/recording.ts";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { stat, total } from "../kinds/stat.ts";
import { table } from "../kinds/table.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

const MODEL = ["provider", "model"] as const;
/** Kinds of tokens that go to a model. */
const SENT = { token_type: '=~"input|cache_read|cache_write"' } as const;
const FROM_CACHE = { token_type: '="cache_read"' } as const;

export function providerFailures(q: PanelQueries, { providerFailureRatio }: Thresholds): Panel {
  return stat({
    title: "Failing calls",
    shows: "The share of calls that fail, of the provider that fails most.",
    whenBad:
      "Look at the provider's status page first. Where it is down, route to another; where it is overloaded, wait longer between attempts.",
    unit: unit.share,
    query: { expr: `max(${q.share({ metric: "modelCalls", by: ["provider"], where: JUDGED }, FAILED)})`, legend: "failing" },
    thresholds: [[providerFailureRatio, "red"]],
  });
}

export function providerTable(q: PanelQueries, { providerFailureRatio }: Thresholds): Panel {
  return table({
    title: "Providers and models",
    shows:
      "Every model in the time shown: how often it was called, how much of that failed, and how long the slow answers take right now.",
    whenBad: "All models of a provider fail: it is the provider. One does: its name, its limits or its key is wrong.",
    rows: { provider: "Provider", model: "Model" },
    columns: [
      { name: "Calls", unit: unit.count, expr: q.increase({ metric: "modelCalls", by: MODEL }) },
      {
        name: "Failed",
        unit: unit.share,
        expr: q.shareWithin({ metric: "modelCalls", by: MODEL, where: JUDGED }, FAILED),
        thresholds: [[providerFailureRatio, "red"]],
      },
      { name: "p95", unit: unit.seconds, expr: q.quantile(0.95, { metric: "modelCallDuration", by: MODEL }) },
      { name: "Tokens", unit: unit.count, expr: q.increase({ metric: "modelTokens", by: MODEL }) },
    ],
    sortBy: "Calls",
  });
}

export function modelCallRate(q: PanelQueries): Panel {
  return timeSeries({
    title: "Calls by model",
    shows: "How often each model is called.",
    whenBad: "A jump without more tasks: an agent calls in a loop. Its traces show the same call again and again.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "modelCalls", by: MODEL }), legend: "{{provider}} {{model}}" }],
    stacked: true,
  });
}

export function providerHealth(q: PanelQueries, { providerFailureRatio }: Thresholds): Panel {
  return timeSeries({
    title: "Provider health",
    shows: "The share of calls that fail, by provider. What was called off does not count.",
    whenBad:
      "A plateau is an outage or a used-up quota, a saw-tooth a rate limit. The error kinds on the dashboard Agents tell which.",
    unit: unit.share,
    queries: [{ expr: q.share({ metric: "modelCalls", by: ["provider"], where: JUDGED }, FAILED), legend: "{{provider}}" }],
    thresholds: [[providerFailureRatio, "red"]],
  });
}

export function modelLatency(q: PanelQueries): Panel {
  return timeSeries({
    title: "Model latency",
    shows:
      "Time from a request to the end of the answer: half, 95 % and 99 % of the calls are done within it. Dots are single calls.",
    whenBad: "All of them rise: the provider is slow. Only p99 does: single requests are huge, see a dot's trace for its tokens.",
    unit: unit.seconds,
    queries: [0.5, 0.95, 0.99].map((quantile) => ({
      expr: q.quantile(quantile, { metric: "modelCallDuration", by: [] }),
      legend: `p${quantile * 100}`,
    })),
    traces: "chat",
  });
}

export function latencyByModel(q: PanelQueries): Panel {
  return timeSeries({
    title: "Latency p95 by model",
    shows: "Within which time 95 % of each model's answers are complete.",
    whenBad: "A model that became slower than a stronger one is no bargain: route its work elsewhere until it recovers.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "modelCallDuration", by: MODEL }), legend: "{{provider}} {{model}}" }],
    traces: "chat",
  });
}

export function modelLatencies(q: PanelQueries): Panel {
  return heatmap({
    title: "Model latencies",
    shows: "How calls are spread over the time that they take; dots are single ones.",
    whenBad:
      "Cells at the very top are answers beyond the largest bucket: most often a request that waited for a retry inside the client.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "modelCallDuration", by: [] }),
    traces: "chat",
  });
}

export function tokensByKind(q: PanelQueries): Panel {
  return timeSeries({
    title: "Tokens by kind",
    shows: "Tokens per second. The kinds do not overlap, so that their sum is all.",
    whenBad:
      "Input grows while cache_read does not: prompts changed at their beginning, and the provider's cache no longer helps.",
    unit: unit.count,
    queries: [{ expr: q.rate({ metric: "modelTokens", by: ["token_type"] }), legend: "{{token_type}}" }],
    stacked: true,
  });
}

export function tokensByAgent(q: PanelQueries): Panel {
  return timeSeries({
    title: "Tokens by agent",
    shows: "Tokens of all kinds that each agent uses, per second.",
    whenBad: "An agent that uses more for the same tasks: its history grows. See its context on the dashboard Agents.",
    unit: unit.count,
    queries: [{ expr: q.rate({ metric: "modelTokens", by: ["agent"] }), legend: "{{agent}}" }],
    stacked: true,
  });
}

export function cacheShare(q: PanelQueries): Panel {
  return total({
    title: "Cache share",
    shows: "The share of the tokens sent in the time shown that came from the provider's cache, at a fraction of their price.",
    whenBad: "Low: keep what is always the same at the beginning of the prompt, and what changes at its end.",
    unit: unit.share,
    query: { expr: q.shareWithin({ metric: "modelTokens", by: [], where: SENT }, FROM_CACHE), legend: "from cache" },
  });
}

export function cacheShareByModel(q: PanelQueries): Panel {
  return timeSeries({
    title: "Cache share by model",
    shows: "The share of the tokens sent to each model that came from the provider's cache.",
    whenBad: "A drop: a prompt's beginning changed, or requests come so seldom that the cache forgets in between.",
    unit: unit.share,
    queries: [{ expr: q.share({ metric: "modelTokens", by: ["model"], where: SENT }, FROM_CACHE), legend: "{{model}}" }],
    max: 1,
  });
}

export function tokensPerCall(q: PanelQueries): Panel {
  return timeSeries({
    title: "Tokens per call",
    shows: "Tokens of all kinds in an average call, by agent.",
    whenBad: "Rising within a task is usual, rising from day to day is not: something is added to every prompt.",
    unit: unit.count,
    queries: [
      {
        expr: `${q.rate({ metric: "modelTokens", by: ["agent"] })} / ${q.rate({ metric: "modelCalls", by: ["agent"] })}`,
        legend: "{{agent}}",
      },
    ],
  });
}
