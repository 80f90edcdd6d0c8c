import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { FAILED, JUDGED } from "../../recordings/recording.ts";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { nodeGraph } from "../kinds/node-graph.ts";
import { stat } from "../kinds/stat.ts";
import { table } from "../kinds/table.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

/** A handoff concerns an agent that gives it as well as one that gets it. Series that both questions find count once. */
function eitherWay(ask: (where: { from_agent: string } | { to_agent: string }) => string): string {
  return `(${ask({ from_agent: '=~"$agent"' })} or ${ask({ to_agent: '=~"$agent"' })})`;
}

/** Handoffs within the time shown, by who gave to whom. */
function handoffsShown(q: PanelQueries, outcome: { readonly outcome?: string } = {}): string {
  return `sum by (from_agent, to_agent) ${eitherWay((where) => q.increases("handoffs", { ...where, ...outcome }))}`;
}

/** Handoffs per second. */
function handoffRates(q: PanelQueries, by: string): string {
  return `sum by (${by}) ${eitherWay((where) => q.rates("handoffs", where))}`;
}

function durationBuckets(q: PanelQueries, ...by: ("from_agent" | "to_agent")[]): string {
  return `sum by (${[...by, "le"].join(", ")}) ${eitherWay((where) => q.bucketRates("handoffDuration", where))}`;
}

export function whoHandsToWhom(q: PanelQueries): Panel {
  const given = `round(${handoffsShown(q)})`;
  const withId = (label: string) => `label_join(${given}, "id", "", "${label}")`;
  const ends = `label_join(label_join(${given}, "source", "", "from_agent"), "target", "", "to_agent")`;
  return nodeGraph({
    title: "Who hands to whom",
    shows:
      "Agents, and on the arrows how many handoffs there were in the time shown. In a circle: what the agent gave and got together.",
    whenBad:
      "A pair that sends work to and fro (writer, critic, writer …) shows as two thick numbers: read the reasons in its traces. An agent without arrows gets no work, or tells of none.",
    unit: unit.count,
    nodes: `label_join(sum by (id) (${withId("from_agent")} or ${withId("to_agent")}), "title", "", "id")`,
    edges: `sum by (id, source, target) (label_join(${ends}, "id", " to ", "from_agent", "to_agent"))`,
  });
}

export function handoffsByPair(q: PanelQueries, { failureRatio }: Thresholds): Panel {
  const all = handoffsShown(q, JUDGED);
  return table({
    title: "Handoffs by pair",
    shows:
      "Every pair of agents: how often one handed to the other in the time shown, how much of that failed, and how long the slow ones took.",
    whenBad: "Sort by the share that failed and open the traces of the worst pair: the exception stands on the handoff's span.",
    rows: { from_agent: "From", to_agent: "To" },
    columns: [
      { name: "Handoffs", unit: unit.count, expr: handoffsShown(q) },
      {
        name: "Failed",
        unit: unit.share,
        expr: `(${handoffsShown(q, FAILED)} or 0 * ${all}) / ${all}`,
        thresholds: [[failureRatio, "red"]],
      },
      {
        name: "p95",
        unit: unit.seconds,
        expr: `histogram_quantile(0.95, ${durationBuckets(q, "from_agent", "to_agent")})`,
      },
    ],
    sortBy: "Handoffs",
  });
}

export function handoffRate(q: PanelQueries): Panel {
  return timeSeries({
    title: "Handoffs by agent",
    shows: "How often each agent hands work on: the activity of the fleet.",
    whenBad:
      "All lines at 0 while tasks are in flight: the fleet is stuck, look at the longest open traces. One line far above its usual level: two agents may be sending the same work to and fro.",
    unit: unit.perSecond,
    queries: [{ expr: handoffRates(q, "from_agent"), legend: "{{from_agent}}" }],
    stacked: true,
  });
}

export function handoffDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Handoff duration",
    shows:
      "Time from an agent's offer of work to the answer: half of the handoffs, 95 % and 99 % are done within it. Dots are single handoffs.",
    whenBad: "Click a dot at the top to open that handoff's trace, and look for the model or tool call that took the time.",
    unit: unit.seconds,
    queries: [0.5, 0.95, 0.99].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, ${durationBuckets(q)})`,
      legend: `p${quantile * 100}`,
    })),
    traces: "handoff",
  });
}

export function slowHandoffs(q: PanelQueries, { handoffP95Seconds }: Thresholds): Panel {
  return stat({
    title: "Handoff p95",
    shows: "95 % of handoffs are answered within this time.",
    whenBad: "Red: agents wait for each other more than they work: see which pair it is in Handoffs and workflows.",
    unit: unit.seconds,
    query: { expr: `histogram_quantile(0.95, ${durationBuckets(q)})`, legend: "p95" },
    thresholds: [[handoffP95Seconds, "red"]],
  });
}

export function handoffDurationByPair(q: PanelQueries): Panel {
  return timeSeries({
    title: "Handoff p95 by pair",
    shows: "Within which time 95 % of the handoffs between two agents are answered.",
    whenBad:
      "One pair that is slower than the others points at the agent that receives: see its tasks on the dashboard Agents, and the model that it uses.",
    unit: unit.seconds,
    queries: [
      {
        expr: `histogram_quantile(0.95, ${durationBuckets(q, "from_agent", "to_agent")})`,
        legend: "{{from_agent}} → {{to_agent}}",
      },
    ],
    traces: "handoff",
  });
}

export function handoffDurations(q: PanelQueries): Panel {
  return heatmap({
    title: "Handoff durations",
    shows: "How handoffs are spread over durations; dots are single ones.",
    whenBad:
      "A second band far above the first means two kinds of handoff, often with and without a retry: open a dot of the upper band.",
    unit: unit.seconds,
    buckets: durationBuckets(q),
    traces: "handoff",
  });
}

export function handoffOutcomes(q: PanelQueries): Panel {
  return timeSeries({
    title: "Handoff outcomes",
    shows: "How handoffs end.",
    whenBad:
      "Failures: the receiving agent threw, and its trace holds the exception. Abandoned: its process went away. Timeouts: compare with the durations.",
    unit: unit.perSecond,
    queries: [{ expr: handoffRates(q, "outcome"), legend: "{{outcome}}" }],
    stacked: true,
    byOutcome: true,
  });
}

export function handoffsInProgress(q: PanelQueries): Panel {
  return timeSeries({
    title: "Handoffs in flight",
    shows: "Handoffs that have begun and not ended, by service.",
    whenBad:
      "A number that only rises: answers do not come back. Handoffs of a process that died are given up once it has been silent for a while.",
    unit: unit.count,
    queries: [{ expr: q.sum({ metric: "handoffsInProgress", by: ["service"] }), legend: "{{service}}" }],
  });
}
