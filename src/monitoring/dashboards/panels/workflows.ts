import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { FAILED, JUDGED } from "../../recordings/recording.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

export function workflowsInProgress(q: PanelQueries): Panel {
  return timeSeries({
    title: "Workflows in flight",
    shows: "Workflow runs that have begun and not ended.",
    whenBad: "Level while none ends: they are stuck, open the trace of the oldest. Ever rising: more begin than end.",
    unit: unit.count,
    queries: [{ expr: q.sum({ metric: "workflowsInProgress", by: ["workflow"] }), legend: "{{workflow}}" }],
    stacked: true,
  });
}

export function workflowOutcomes(q: PanelQueries): Panel {
  return timeSeries({
    title: "Workflow outcomes",
    shows: "How workflow runs end.",
    whenBad: "Open a failed run's trace: the first red span from below is the cause, those above only pass it on.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "workflows", by: ["outcome"] }), legend: "{{outcome}}" }],
    stacked: true,
    byOutcome: true,
  });
}

export function workflowFailures(q: PanelQueries): Panel {
  return timeSeries({
    title: "Failed workflows",
    shows: "The share of runs that fail, by workflow. What was called off does not count.",
    whenBad:
      "Follow it down: which milestone fails (Quality and journeys), which agent's tasks (Agents), which provider (Models and tools).",
    unit: unit.share,
    queries: [{ expr: q.share({ metric: "workflows", by: ["workflow"], where: JUDGED }, FAILED), legend: "{{workflow}}" }],
  });
}

export function workflowDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Workflow duration",
    shows: "Within which time half and 95 % of the runs of each workflow end. Dots are single runs.",
    whenBad: "Click a dot at the top and follow the longest child downwards: that is what the run waited for.",
    unit: unit.seconds,
    queries: [0.5, 0.95].map((quantile) => ({
      expr: q.quantile(quantile, { metric: "workflowDuration", by: ["workflow"] }),
      legend: `{{workflow}} p${quantile * 100}`,
    })),
    traces: "invoke_workflow",
  });
}

export function workflowDurations(q: PanelQueries): Panel {
  return heatmap({
    title: "Workflow durations",
    shows: "How workflow runs are spread over durations; dots are single ones.",
    whenBad: "A second band above the first: runs that went through a repair. If it is the wider one, repair is the rule.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "workflowDuration", by: [] }),
    traces: "invoke_workflow",
  });
}
