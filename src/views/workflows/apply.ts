import type { EventData, EventOf, StoredEvent } from "../../events/types.ts";
import { allTokens, isSpending, type SpendingEvent, spendingOf } from "../../folds/spending.ts";
import { agentNode, begin, beginTask, type Edge, edgeOf, finish, nodeOf, type Run, statusOf } from "./graph.ts";

/** Adds to a run what an event of it says. */
export function applyTo(known: Run, event: StoredEvent, timeUnixMillis: number): void {
  switch (event.type) {
    case "workflow_started":
      known.name = event.data.name;
      known.startedMillis = Math.min(known.startedMillis, timeUnixMillis);
      // Its end may be told before its beginning. Begun after that, it runs again.
      if (known.endedMillis !== undefined && timeUnixMillis <= known.endedMillis) return;
      known.status = "running";
      known.endedMillis = undefined;
      return;
    case "workflow_completed":
    case "workflow_failed":
      known.name = event.data.name;
      if (timeUnixMillis < (known.endedMillis ?? timeUnixMillis)) return;
      known.status = event.type === "workflow_completed" ? "succeeded" : statusOf(event.data.outcome);
      known.endedMillis = timeUnixMillis;
      known.startedMillis = Math.min(known.startedMillis, timeUnixMillis - event.data.durationSeconds * 1_000);
      return;
    case "agent_started":
      return begin(agentNode(known, event.agent), timeUnixMillis);
    case "agent_completed":
      return finish(agentNode(known, event.agent), event.data.outcome, event.data.durationSeconds, timeUnixMillis);
    case "handoff_started":
      handoffEdge(known, event.data);
      return;
    case "handoff_completed": {
      const between = handoffEdge(known, event.data);
      if (between === undefined) return;
      between.count += 1;
      between.durationSeconds += event.data.durationSeconds;
      if (event.data.outcome !== "success") between.failed += 1;
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
    case "usage_reported":
    case "tool_called":
    case "error_raised":
      return addWork(known, event);
    default:
      agentNode(known, event.agent);
  }
}

function handoffEdge(known: Run, { fromAgent, toAgent, inferred = false }: EventData<"handoff_started">): Edge | undefined {
  agentNode(known, fromAgent);
  agentNode(known, toAgent);
  return edgeOf(known, "handoff", `agent:${fromAgent}`, `agent:${toAgent}`, inferred);
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
    beginTask(task, agentNode(known, event.agent)?.id, timeUnixMillis);
    const assignment = edgeOf(known, "assignment", `agent:${event.agent}`, id, false);
    if (assignment !== undefined) assignment.count += 1;
  } else {
    const outcome = event.type === "task_completed" ? "success" : event.data.outcome;
    finish(task, outcome, event.data.durationSeconds, timeUnixMillis);
    task.assignedTo = agentNode(known, event.agent)?.id ?? task.assignedTo;
  }
}

function applyStep(known: Run, { data }: Extract<StoredEvent, { type: "step_progressed" }>, timeUnixMillis: number): void {
  const step = nodeOf(known, "step", `step:${data.step}`, data.step);
  if (step === undefined) return;
  if (data.status === undefined || data.status === "started") return begin(step, timeUnixMillis);
  finish(step, data.status === "failed" ? "failure" : "success", data.durationSeconds ?? 0, timeUnixMillis);
}

/** What is told once counts on its run, on its agent and on its task. */
function addWork(known: Run, event: SpendingEvent | EventOf<"tool_called" | "error_raised">): void {
  const counted = [
    known,
    event.agent === undefined ? undefined : agentNode(known, event.agent),
    event.taskId === undefined ? undefined : known.nodes.get(`task:${event.taskId}`),
  ];
  const spending = isSpending(event) ? spendingOf(event) : undefined;
  for (const each of counted) {
    if (each === undefined) continue;
    if (event.type === "error_raised") each.errors += 1;
    if (event.type === "tool_called" && "toolCalls" in each) each.toolCalls += 1;
    if (event.type === "model_called" && "modelCalls" in each) each.modelCalls += 1;
    if (spending === undefined) continue;
    each.tokens += allTokens(spending);
    each.costUsd += spending.costUsd ?? 0;
  }
}
