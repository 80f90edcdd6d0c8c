import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { FAILED, JUDGED } from "../../recordings/recording.ts";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { table } from "../kinds/table.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

/** Uses of skills that could have been answered from a cache. */
const CACHEABLE = { cache: '!="none"' } as const;

export function toolTable(q: PanelQueries, { failureRatio }: Thresholds): Panel {
  return table({
    title: "Tools",
    shows:
      "Every tool in the time shown: how often it was called, how much of that failed, and how long the slow calls take right now.",
    whenBad: "A tool that fails often teaches the model to try again: mend it, or say in its description when not to use it.",
    rows: { tool: "Tool" },
    columns: [
      { name: "Calls", unit: unit.count, expr: q.increase({ metric: "toolCalls", by: ["tool"] }) },
      {
        name: "Failed",
        unit: unit.share,
        expr: q.shareWithin({ metric: "toolCalls", by: ["tool"], where: JUDGED }, FAILED),
        thresholds: [[failureRatio, "red"]],
      },
      { name: "p95", unit: unit.seconds, expr: q.quantile(0.95, { metric: "toolCallDuration", by: ["tool"] }) },
    ],
    sortBy: "Calls",
  });
}

export function toolCallRate(q: PanelQueries): Panel {
  return timeSeries({
    title: "Calls by tool",
    shows: "How often each tool is called.",
    whenBad: "One tool shoots up: an agent calls it in a loop with the same arguments. The trace of one of its tasks shows it.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "toolCalls", by: ["tool"] }), legend: "{{tool}}" }],
    stacked: true,
  });
}

export function toolFailures(q: PanelQueries, { failureRatio }: Thresholds): Panel {
  return timeSeries({
    title: "Failed calls by tool",
    shows: "The share of each tool's calls that fail. What was called off does not count.",
    whenBad: "Open a failed call's trace: its arguments tell whether the model asked for nonsense or the tool broke.",
    unit: unit.share,
    queries: [{ expr: q.share({ metric: "toolCalls", by: ["tool"], where: JUDGED }, FAILED), legend: "{{tool}}" }],
    thresholds: [[failureRatio, "red"]],
  });
}

export function toolLatency(q: PanelQueries): Panel {
  return timeSeries({
    title: "Latency p95 by tool",
    shows: "Within which time 95 % of each tool's calls are answered. Dots are single calls.",
    whenBad: "Agents wait for the slowest tool of a turn: make it faster, or let it answer at once and be asked again.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "toolCallDuration", by: ["tool"] }), legend: "{{tool}}" }],
    traces: "execute_tool",
  });
}

export function toolDurations(q: PanelQueries): Panel {
  return heatmap({
    title: "Tool durations",
    shows: "How calls of tools are spread over the time that they take; dots are single ones.",
    whenBad: "A band at a round number is a timeout: see which tool it is in the panel beside, and give up sooner or mend it.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "toolCallDuration", by: [] }),
    traces: "execute_tool",
  });
}

export function skillUse(q: PanelQueries): Panel {
  return timeSeries({
    title: "Skills",
    shows: "How often each skill is used, and whether a cache answered.",
    whenBad: "Misses that outnumber hits for the same inputs: the cache's key holds something that always changes.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "skillInvocations", by: ["skill", "cache"] }), legend: "{{skill}} ({{cache}})" }],
    stacked: true,
  });
}

export function skillCacheShare(q: PanelQueries): Panel {
  return timeSeries({
    title: "Skills answered from cache",
    shows: "The share of uses that a cache answered, of skills that have one.",
    whenBad: "Falling: inputs became more varied, or entries are thrown away too soon. Each miss is paid in full.",
    unit: unit.share,
    queries: [
      {
        expr: q.share({ metric: "skillInvocations", by: ["skill"], where: CACHEABLE }, { cache: '="hit"' }),
        legend: "{{skill}}",
      },
    ],
    max: 1,
  });
}

export function skillFailures(q: PanelQueries): Panel {
  return timeSeries({
    title: "Failed skills",
    shows: "The share of each skill's uses that fail.",
    whenBad:
      "A skill that always fails was changed or lost something it needs. Replay one of its failed runs with the same parameters.",
    unit: unit.share,
    queries: [{ expr: q.share({ metric: "skillInvocations", by: ["skill"], where: JUDGED }, FAILED), legend: "{{skill}}" }],
  });
}
