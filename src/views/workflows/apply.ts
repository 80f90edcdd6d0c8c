import type { StoredEvent } from "../../events/types.ts";
import { agentNode, begin, edgeOf, finish, nodeOf, type Run, statusOf } from "./graph.ts";

/** Adds to a run what an event of it says. */
export function applyTo(known: Run, event: StoredEvent, timeUnixMillis: number): void {
  switch (event.type) {
    case "workflow_started":
      known.name = event.data.name;
      // Begun anew after an end: it runs again.
      known.status = "running";
      known.endedMillis = undefined;
      known.startedMillis = Math.min(known.startedMillis, timeUnixMillis);
      return;
    case "workflow_completed":
    case "workflow_failed":
      known.name = event.data.name;
      known.status = event.type === "workflow_completed" ? "succeeded" : statusOf(event.data.outcome);
      known.endedMillis = timeUnixMillis;
      known.startedMillis = Math.min(known.startedMillis, timeUnixMillis - event.data.durationSeconds * 1_000);
      return;
    case "agent_started":
      return begin(agentNode(known, event.agent), timeUnixMillis);
    case "agent_completed":
      return finish(agentNode(known, event.agent), event.data.outcome, event.data.durationSeconds, timeUnixMillis);
    case "handoff_completed": {
      const { fromAgent, toAgent, outcome, durationSeconds, inferred = false } = event.data;
      agentNode(known, fromAgent);
      agentNode(known, toAgent);
      const between = edgeOf(known, "handoff", `agent:${fromAgent}`, `agent:${toAgent}`, inferred);
      if (between === undefined) return;
      between.count += 1;
      between.durationSeconds += durationSeconds;
      if (outcome !== "success") between.failed += 1;
      return;
    }
    case "task_queued":
    case "task_assigned":
    case "task_completed":
    case "task_failed":
      return applyTask(known, event, timeUnixMillis);
    case "step_progressed":
      return applyStep(known, event, timeUnixMillis);
    case "model_called":
    case "tool_called":
    case "error_raised":
      return addWork(known, event);
    default:
      agentNode(known, event.agent);
  }
}

function applyTask(
  known: Run,
  event: Extract<StoredEvent, { type: "task_queued" | "task_assigned" | "task_completed" | "task_failed" }>,
  timeUnixMillis: number,
): void {
  const id = `task:${event.taskId}`;
  const name = ("name" in event.data ? event.data.name : undefined) ?? event.taskId ?? id;
  const task = nodeOf(known, "task", id, name);
  if (task === undefined) return;
  if (event.type === "task_queued") {
    for (const other of event.data.dependsOn ?? []) {
      nodeOf(known, "task", `task:${other}`, other);
      const dependency = edgeOf(known, "dependency", `task:${other}`, id, false);
      if (dependency !== undefined) dependency.count = 1;
    }
  } else if (event.type === "task_assigned") {
    begin(task, timeUnixMillis);
    agentNode(known, event.agent);
    const assignment = edgeOf(known, "assignment", `agent:${event.agent}`, id, false);
    if (assignment !== undefined) assignment.count += 1;
  } else {
    const outcome = event.type === "task_completed" ? "success" : event.data.outcome;
    finish(task, outcome, event.data.durationSeconds, timeUnixMillis);
  }
}

function applyStep(known: Run, { data }: Extract<StoredEvent, { type: "step_progressed" }>, timeUnixMillis: number): void {
  const step = nodeOf(known, "step", `step:${data.step}`, data.step);
  if (step === undefined) return;
  if (data.status === undefined || data.status === "started") return begin(step, timeUnixMillis);
  finish(step, data.status === "failed" ? "failure" : "success", data.durationSeconds ?? 0, timeUnixMillis);
}

/** What is told once counts on its agent and on its task. */
function addWork(known: Run, event: Extract<StoredEvent, { type: "model_called" | "tool_called" | "error_raised" }>): void {
  const nodes = [
    event.agent === undefined ? undefined : agentNode(known, event.agent),
    event.taskId === undefined ? undefined : known.nodes.get(`task:${event.taskId}`),
  ];
  for (const each of nodes) {
    if (each === undefined) continue;
    if (event.type === "tool_called") each.toolCalls += 1;
    if (event.type === "error_raised") each.errors += 1;
    if (event.type !== "model_called") continue;
    each.modelCalls += 1;
    each.tokens += (event.data.inputTokens ?? 0) + (event.data.outputTokens ?? 0);
    each.costUsd += event.data.costUsd ?? 0;
  }
}
