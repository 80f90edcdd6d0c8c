import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { JUDGED } from "../../recordings/recording.ts";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { bars } from "../kinds/gauges.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { table } from "../kinds/table.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

const SUCCESS = { outcome: '="success"' } as const;

export function journeySuccess(q: PanelQueries, { journeySuccessRatio }: Thresholds): Panel {
  return bars({
    title: "Journeys that succeed",
    shows: "The share of runs of each user journey in the time shown that went well.",
    whenBad: "Red: users do not get to the end. The milestone with the lowest share, below, is where they are lost.",
    unit: unit.share,
    query: { expr: q.shareWithin({ metric: "journeys", by: ["journey"], where: JUDGED }, SUCCESS), legend: "{{journey}}" },
    goodFrom: journeySuccessRatio,
    max: 1,
  });
}

export function milestoneSuccess(q: PanelQueries, { journeySuccessRatio }: Thresholds): Panel {
  return bars({
    title: "Milestones that succeed",
    shows: "The share of each milestone's attempts in the time shown that went well.",
    whenBad: "Open the traces of the lowest one: the first red span from below a milestone is the cause.",
    unit: unit.share,
    query: {
      expr: q.shareWithin({ metric: "milestones", by: ["milestone_type"], where: JUDGED }, SUCCESS),
      legend: "{{milestone_type}}",
    },
    goodFrom: journeySuccessRatio,
    max: 1,
  });
}

export function journeySuccessOverTime(q: PanelQueries): Panel {
  return timeSeries({
    title: "Journey success",
    shows: "The share of each journey's runs that go well, by the hour.",
    whenBad:
      "A step down: find what was changed at that moment. A slow slide: a page or a service drifts away from what agents expect.",
    unit: unit.share,
    queries: [
      { expr: q.shareWithin({ metric: "journeys", by: ["journey"], where: JUDGED }, SUCCESS, "1h"), legend: "{{journey}}" },
    ],
    max: 1,
  });
}

export function journeyTable(q: PanelQueries): Panel {
  return table({
    title: "Journeys",
    shows: "Every user journey in the time shown: runs, how many went well, and how long the slow ones take right now.",
    whenBad: "Few runs: the share says little yet. Slow although successful: users will not wait for it, see Journey duration.",
    rows: { journey: "Journey" },
    columns: [
      { name: "Runs", unit: unit.count, expr: q.increase({ metric: "journeys", by: ["journey"] }) },
      {
        name: "Succeeded",
        unit: unit.share,
        expr: q.shareWithin({ metric: "journeys", by: ["journey"], where: JUDGED }, SUCCESS),
      },
      { name: "p95", unit: unit.seconds, expr: q.quantile(0.95, { metric: "journeyDuration", by: ["journey"] }) },
    ],
    sortBy: "Runs",
  });
}

export function journeyDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Journey duration",
    shows: "Within which time half and 95 % of each journey's runs end.",
    whenBad: "Compare with the milestones' durations: the one that grew with it takes the time.",
    unit: unit.seconds,
    queries: [0.5, 0.95].map((quantile) => ({
      expr: q.quantile(quantile, { metric: "journeyDuration", by: ["journey"] }),
      legend: `{{journey}} p${quantile * 100}`,
    })),
    traces: "any",
  });
}

export function milestoneOutcomes(q: PanelQueries): Panel {
  return timeSeries({
    title: "Milestones",
    shows: "Milestones that end, by type and how they end.",
    whenBad:
      "One type stops while those before it go on: work is held up there. See its tasks on the dashboard Handoffs and workflows.",
    unit: unit.perSecond,
    queries: [
      { expr: q.rate({ metric: "milestones", by: ["milestone_type", "outcome"] }), legend: "{{milestone_type}} {{outcome}}" },
    ],
    stacked: true,
  });
}

export function milestoneDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Milestone p95",
    shows: "Within which time 95 % of each milestone's attempts end. Dots are single ones.",
    whenBad: "Click a dot at the top: the milestone's trace shows the tasks inside, and which of them took the time.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "milestoneDuration", by: ["milestone_type"] }), legend: "{{milestone_type}}" }],
    traces: "milestone",
  });
}

export function milestoneDurations(q: PanelQueries): Panel {
  return heatmap({
    title: "Milestone durations",
    shows: "How milestones are spread over durations; dots are single ones.",
    whenBad: "A second band far above the first: attempts that went through repair or a retry. Open a dot of the upper band.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "milestoneDuration", by: [] }),
    traces: "milestone",
  });
}
