import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { bars } from "../kinds/gauges.ts";
import { stat } from "../kinds/stat.ts";
import { stateTimeline } from "../kinds/state-timeline.ts";
import { table } from "../kinds/table.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";
import { contextFill, nearlyFull } from "./contexts.ts";

const AGENT = ["service", "agent"] as const;

/** Nothing is known of an agent's errors until it has made one; then 0 is the truth. */
function orZero(q: PanelQueries, expr: string): string {
  return `${expr} or 0 * ${q.largest({ metric: "agentInfo", by: AGENT })}`;
}

function secondsSinceHeardOf(q: PanelQueries): string {
  return `(time() - ${q.largest({ metric: "agentLastSeen", by: AGENT })})`;
}

export function agentsAtWork(q: PanelQueries): Panel {
  return stat({
    title: "Agents at work",
    shows: "Agents that have a run or a task right now.",
    whenBad: "0 while tasks wait: nobody takes them. The dashboard Agents tells who was last heard of when.",
    unit: unit.count,
    query: { expr: q.sum({ metric: "agentActive", by: [] }), legend: "at work" },
  });
}

export function allAgents(q: PanelQueries, thresholds: Thresholds): Panel {
  const roles = q.largest({ metric: "agentInfo", by: [...AGENT, "role"] });
  return table({
    title: "All agents",
    shows: "Every agent: how it is now, and its tasks, errors and cost in the time shown.",
    whenBad:
      "Work in flight and nothing heard for minutes: the agent hangs, or its process died. Busy all the time: give it a second instance. Errors: their types stand further down.",
    rows: { agent: "Agent", role: "Role", service: "Service" },
    columns: [
      {
        name: "Last heard of",
        unit: unit.seconds,
        expr: `${roles} * on (service, agent) group_left () ${secondsSinceHeardOf(q)}`,
        thresholds: [[thresholds.silentSeconds, "yellow"]],
      },
      { name: "In flight", unit: unit.count, expr: orZero(q, q.sum({ metric: "tasksInProgress", by: AGENT })) },
      { name: "Busy", unit: unit.share, expr: orZero(q, q.rate({ metric: "agentActiveSeconds", by: AGENT })) },
      { name: "Tasks", unit: unit.count, expr: orZero(q, q.increase({ metric: "tasks", by: AGENT })) },
      {
        name: "Errors",
        unit: unit.count,
        expr: orZero(q, q.increaseOfRare({ metric: "agentErrors", by: AGENT })),
        thresholds: [[1, "red"]],
      },
      {
        name: "Context",
        unit: unit.share,
        expr: contextFill(q),
        thresholds: nearlyFull(thresholds),
      },
      { name: "Cost", unit: unit.usd, expr: orZero(q, q.increase({ metric: "cost", by: AGENT })) },
    ],
    sortBy: "Busy",
  });
}

export function whoWorksWhen(q: PanelQueries): Panel {
  return stateTimeline({
    title: "Who works when",
    shows: "When each agent had a run or a task.",
    whenBad:
      "One band that never ends: the agent hangs, or it is the one that all others wait for. Bands that never overlap: work that could go on side by side goes one after the other.",
    unit: unit.count,
    query: { expr: q.largest({ metric: "agentActive", by: ["agent"] }), legend: "{{agent}}" },
    states: { 0: { text: "idle", color: "text" }, 1: { text: "at work", color: "green" } },
  });
}

export function utilisation(q: PanelQueries): Panel {
  return timeSeries({
    title: "Utilisation",
    shows: "The share of time that each agent is at work. Several instances of an agent add up.",
    whenBad:
      "At 100 % for long: work queues up in front of this agent. Near 0 %: it could be done without, or gets nothing because of the router.",
    unit: unit.share,
    queries: [{ expr: q.rate({ metric: "agentActiveSeconds", by: ["agent"] }), legend: "{{agent}}" }],
  });
}

export function decisionRate(q: PanelQueries): Panel {
  return timeSeries({
    title: "Decisions by agent",
    shows: "How often each agent decides something: which model, which strategy, approve or reject.",
    whenBad:
      "Decisions without handoffs or tasks that end: an agent goes round in circles. Open its traces and compare what it chose between.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "decisions", by: ["agent"] }), legend: "{{agent}}" }],
    stacked: true,
  });
}

export function decisionsByType(q: PanelQueries): Panel {
  return timeSeries({
    title: "Decisions by type",
    shows: "What agents decide about.",
    whenBad:
      "A type that grows faster than the tasks do: that question is asked again and again. Give the agent what it needs to decide it once.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "decisions", by: ["decision_type"] }), legend: "{{decision_type}}" }],
    stacked: true,
  });
}

export function decisionDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Decision p95 by agent",
    shows: "Within which time each agent makes 95 % of its decisions.",
    whenBad:
      "Open a dot's trace: a decision that waits for a model shows the call inside. A smaller model is often enough to choose.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "decisionDuration", by: ["agent"] }), legend: "{{agent}}" }],
    traces: "decision",
  });
}

export function lastHeardOf(q: PanelQueries, { silentSeconds }: Thresholds): Panel {
  return bars({
    title: "Time since last heard of",
    shows: "How long ago each agent told anything.",
    whenBad: "Five minutes and more while it has tasks in flight: see whether its process still runs, and restart it.",
    unit: unit.seconds,
    query: { expr: secondsSinceHeardOf(q), legend: "{{agent}}" },
    thresholds: [[silentSeconds, "red"]],
  });
}
