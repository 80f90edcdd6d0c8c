import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { FAILED, JUDGED } from "../../recordings/recording.ts";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { stat } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

export function tasksInFlight(q: PanelQueries): Panel {
  return stat({
    title: "Tasks in flight",
    shows: "Tasks that agents have and have not finished.",
    whenBad: "Rising while no task ends: see Task outcomes. 0 although there is work: nothing is being assigned.",
    unit: unit.count,
    query: { expr: `${q.sum({ metric: "tasksInProgress", by: [] })} or vector(0)`, legend: "tasks" },
  });
}

export function tasksInFlightByAgent(q: PanelQueries): Panel {
  return timeSeries({
    title: "Tasks in flight by agent",
    shows: "Who has how much on the desk.",
    whenBad:
      "One agent holds most of it: balance the assignment, or add an instance. A level that never falls: those tasks hang, see their traces.",
    unit: unit.count,
    queries: [{ expr: q.sum({ metric: "tasksInProgress", by: ["agent"] }), legend: "{{agent}}" }],
    stacked: true,
  });
}

export function taskOutcomes(q: PanelQueries): Panel {
  return timeSeries({
    title: "Task outcomes",
    shows: "How tasks end.",
    whenBad:
      "Red grows: see which agent and type fails on the dashboard Agents. Purple (abandoned): a process with work in hand went away.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "tasks", by: ["outcome"] }), legend: "{{outcome}}" }],
    stacked: true,
    byOutcome: true,
  });
}

export function taskFailures(q: PanelQueries, { failureRatio }: Thresholds): Panel {
  return timeSeries({
    title: "Failed tasks by agent",
    shows: "The share of each agent's tasks that fail. What was called off does not count.",
    whenBad:
      "Compare with its errors: the same kind again and again is a bug, many kinds are hard tasks. Route those to a stronger model.",
    unit: unit.share,
    queries: [{ expr: q.share({ metric: "tasks", by: ["agent"], where: JUDGED }, FAILED), legend: "{{agent}}" }],
    thresholds: [[failureRatio, "red"]],
  });
}

/** Which windows the alerts on the error budget look at. */
const burnWindows = {
  "5 m": "taskFailureRatio5m",
  "1 h": "taskFailureRatio1h",
  "6 h": "taskFailureRatio6h",
  "3 d": "taskFailureRatio3d",
} as const;

export function errorBudgetBurn(q: PanelQueries): Panel {
  return timeSeries({
    title: "Failed tasks, as the alerts see them",
    shows:
      "The share of tasks that failed within the windows that the alerts on the error budget look at. Needs the recording rules.",
    whenBad:
      "Short windows high: it goes wrong right now, act. Only long ones high: it went wrong for long, and the budget is nearly spent.",
    unit: unit.share,
    queries: Object.entries(burnWindows).map(([window, key]) => ({ expr: `max(${q.recorded(key)})`, legend: window })),
  });
}

export function taskDuration(q: PanelQueries): Panel {
  return timeSeries({
    title: "Task p95 by agent",
    shows: "Within which time each agent ends 95 % of its tasks. Dots are single tasks.",
    whenBad: "Click a dot at the top: the task's trace tells whether a model, a tool or another agent took the time.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "taskDuration", by: ["agent"] }), legend: "{{agent}}" }],
    traces: "task",
  });
}

export function taskDurations(q: PanelQueries): Panel {
  return heatmap({
    title: "Task durations",
    shows: "How tasks are spread over durations; dots are single ones.",
    whenBad: "A band that wanders up: tasks get slower, compare with the models' latency. A band at a round number: a timeout.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "taskDuration", by: [] }),
    traces: "task",
  });
}

export function queueTime(q: PanelQueries): Panel {
  return timeSeries({
    title: "Queue time",
    shows: "Time that tasks wait for an agent: half of them, and 95 %, by type.",
    whenBad:
      "Longer than the task itself takes: too few agents for this type, or they wait for something else. See Utilisation on the dashboard Agents.",
    unit: unit.seconds,
    queries: [0.5, 0.95].map((quantile) => ({
      expr: q.quantile(quantile, { metric: "taskQueueDuration", by: ["task_type"] }),
      legend: `{{task_type}} p${quantile * 100}`,
    })),
    traces: "task",
  });
}

export function queueTimes(q: PanelQueries): Panel {
  return heatmap({
    title: "Queue times",
    shows: "How tasks are spread over the time that they waited.",
    whenBad: "A band that wanders up is a queue that grows: more work arrives than is done. Add agents or take in less.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "taskQueueDuration", by: [] }),
    traces: "task",
  });
}

export function assignments(q: PanelQueries): Panel {
  return timeSeries({
    title: "Tasks assigned",
    shows: "Which agent gets how many tasks.",
    whenBad:
      "Uneven although agents can do the same work: look at the reasons in the assignment's spans. 0 for all: the router stands still.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "taskAssignments", by: ["agent"] }), legend: "{{agent}}" }],
    stacked: true,
  });
}

export function retriesPerTask(q: PanelQueries): Panel {
  const tasks = q.rate({ metric: "tasks", by: ["task_type"] });
  return timeSeries({
    title: "Retries per task by type",
    shows: "Further attempts for each task that ended.",
    whenBad: "Each retry costs a task's money and time again. See which error makes them try again, and mend it or stop trying.",
    unit: unit.count,
    queries: [{ expr: `${q.rate({ metric: "taskRetries", by: ["task_type"] })} / ${tasks}`, legend: "{{task_type}}" }],
    decimals: 2,
  });
}
