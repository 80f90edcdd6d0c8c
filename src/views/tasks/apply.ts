import type { EventData, EventOf, StoredEvent } from "../../events/types.ts";
import { agentKey } from "../../folds/agent-key.ts";
import { isSpending } from "../../folds/spending.ts";
import { beginAnew, listedBy, makeRoom, putAway, type State, type Task, taskOf } from "./task.ts";

/** What an event says of the task that it names. */
export function applyEvent(state: State, event: StoredEvent, timeUnixMillis: number): void {
  if (event.taskId === undefined) return;
  if (isSpending(event)) {
    const task = state.open.get(event.taskId) ?? state.ended.get(event.taskId);
    if (task !== undefined) task.costUsd += event.data.costUsd ?? 0;
    return;
  }
  const known = state.open.get(event.taskId) ?? state.ended.get(event.taskId);
  const listedBefore = known === undefined ? 0 : listedBy(known);
  const task = taskOf(state, event.taskId, event, timeUnixMillis);
  task.featureId = event.featureId ?? task.featureId;
  task.projectId = event.projectId ?? task.projectId;
  task.workflowId = event.workflowId ?? task.workflowId;
  applyTo(task, event, timeUnixMillis, state);
  state.listed += listedBy(task) - listedBefore;
  makeRoom(state);
}

function applyTo(task: Task, event: StoredEvent, timeUnixMillis: number, state: State): void {
  switch (event.type) {
    case "task_queued":
      return queue(task, event.data, timeUnixMillis);
    case "task_assigned":
      return assign(task, event, timeUnixMillis);
    case "task_progressed":
      task.retries = Math.max(task.retries, (event.data.attempt ?? 1) - 1);
      // What was told late is not how far it is.
      if (task.endedMillis !== undefined || timeUnixMillis < (task.progressedMillis ?? timeUnixMillis)) return;
      task.progressedMillis = timeUnixMillis;
      task.progressRatio = event.data.progressRatio ?? task.progressRatio;
      task.step = event.data.step ?? task.step;
      return;
    case "task_completed":
    case "task_failed":
      return end(task, event, timeUnixMillis, state);
  }
}

function queue(task: Task, data: EventData<"task_queued">, timeUnixMillis: number): void {
  // Queued after it was given to an agent: it was given back.
  if (task.status === "in_progress" && timeUnixMillis > (task.assignedMillis ?? timeUnixMillis)) beginAnew(task);
  task.type = data.taskType;
  task.name = data.name ?? task.name;
  task.priority = data.priority ?? task.priority;
  task.dependsOn = data.dependsOn ?? task.dependsOn;
  task.estimateSeconds = data.estimateSeconds ?? task.estimateSeconds;
  task.queuedMillis = Math.max(task.queuedMillis ?? timeUnixMillis, timeUnixMillis);
}

function assign(task: Task, { source, agent, data }: EventOf<"task_assigned">, timeUnixMillis: number): void {
  task.assignments += 1;
  // Told late: somebody else has had it since.
  if (timeUnixMillis < (task.assignedMillis ?? timeUnixMillis)) return;
  const isOpen = task.endedMillis === undefined;
  const assignedTo = agentKey(source, agent as string);
  task.type = data.taskType;
  task.name = data.name ?? task.name;
  task.reason = data.reason;
  task.alternatives = data.alternatives ?? [];
  task.assignedMillis = timeUnixMillis;
  task.assignedTo = isOpen ? assignedTo : (task.assignedTo ?? assignedTo);
  if (isOpen) task.status = "in_progress";
}

function end(
  task: Task,
  event: Extract<StoredEvent, { type: "task_completed" | "task_failed" }>,
  timeUnixMillis: number,
  state: State,
): void {
  if (timeUnixMillis < (task.endedMillis ?? timeUnixMillis)) return;
  task.type = event.data.taskType;
  task.status = event.type === "task_completed" ? "completed" : "failed";
  task.outcome = event.type === "task_completed" ? "success" : event.data.outcome;
  task.retries = event.data.retries ?? task.retries;
  task.durationSeconds = event.data.durationSeconds;
  task.endedMillis = timeUnixMillis;
  if (event.type === "task_completed") task.progressRatio = 1;
  if (event.agent !== undefined) task.assignedTo = agentKey(event.source, event.agent);
  putAway(state, task);
}
