import type { StoredEvent } from "../../events/types.ts";
import { putLast } from "../../folds/put-last.ts";

/** Most tasks that have not ended; the one that was heard of longest ago gives way. */
const MAX_OPEN = 20_000;
/** Most tasks that have, the last ones. */
const MAX_ENDED = 5_000;
/** Most names in the lists of all tasks together, of which one task may have two thousand; and what is left once that is too much. */
const MAX_LISTED = 500_000;
const LEFT_LISTED = MAX_LISTED * (7 / 8);

/** What is known of one task. */
export interface Task {
  readonly id: string;
  type: string;
  name: string | undefined;
  status: "queued" | "in_progress" | "completed" | "failed";
  outcome: string | undefined;
  priority: string | undefined;
  dependsOn: readonly string[];
  alternatives: readonly string[];
  reason: string | undefined;
  assignedTo: string | undefined;
  assignments: number;
  featureId: string | undefined;
  projectId: string | undefined;
  workflowId: string | undefined;
  progressRatio: number | undefined;
  progressedMillis: number | undefined;
  step: string | undefined;
  retries: number;
  estimateSeconds: number | undefined;
  costUsd: number;
  queuedMillis: number | undefined;
  assignedMillis: number | undefined;
  endedMillis: number | undefined;
  durationSeconds: number | undefined;
}

/** Each task is in one of them, by its id. */
export interface State {
  readonly open: Map<string, Task>;
  readonly ended: Map<string, Task>;
  /** Names in the lists of all of them. */
  listed: number;
}

/**
 * The task that an event is about. One that has ended is open again where it is queued or assigned later than that; in the same
 * millisecond, too, where that had been told of it before: a second try often follows the first one at once.
 */
export function taskOf(state: State, id: string, { type }: StoredEvent, timeUnixMillis: number): Task {
  const { open, ended } = state;
  const done = ended.get(id);
  if (done === undefined) return put(state, open, open.get(id) ?? newTask(id), MAX_OPEN);
  const endedMillis = done.endedMillis ?? 0;
  const toldBefore = type === "task_queued" ? done.queuedMillis : done.assignedMillis;
  const isStart = type === "task_queued" || type === "task_assigned";
  if (!isStart || timeUnixMillis < endedMillis || (timeUnixMillis === endedMillis && toldBefore === undefined)) return done;
  ended.delete(id);
  beginAnew(done);
  return put(state, open, done, MAX_OPEN);
}

/** It has ended, for now. */
export function putAway(state: State, task: Task): void {
  state.open.delete(task.id);
  put(state, state.ended, task, MAX_ENDED);
}

function put(state: State, tasks: Map<string, Task>, task: Task, limit: number): Task {
  for (const gone of putLast(tasks, task.id, task, limit)) state.listed -= listedBy(gone);
  return task;
}

/** Names in the lists of a task. */
export function listedBy({ dependsOn, alternatives }: Task): number {
  return dependsOn.length + alternatives.length;
}

/** Where the lists of all tasks are too long, those that have some give way: what has ended first, and what was heard of longest ago. */
export function makeRoom(state: State): void {
  if (state.listed <= MAX_LISTED) return;
  for (const tasks of [state.ended, state.open]) {
    for (const task of tasks.values()) {
      if (state.listed <= LEFT_LISTED) return;
      if (listedBy(task) === 0) continue;
      tasks.delete(task.id);
      state.listed -= listedBy(task);
    }
  }
}

/** Of what was tried before only counts and costs stay. */
export function beginAnew(task: Task): void {
  task.status = "queued";
  task.outcome = undefined;
  task.assignedTo = undefined;
  task.reason = undefined;
  task.alternatives = [];
  task.progressRatio = undefined;
  task.progressedMillis = undefined;
  task.step = undefined;
  task.assignedMillis = undefined;
  task.endedMillis = undefined;
  task.durationSeconds = undefined;
}

function newTask(id: string): Task {
  return {
    id,
    type: "unknown",
    name: undefined,
    status: "queued",
    outcome: undefined,
    priority: undefined,
    dependsOn: [],
    alternatives: [],
    reason: undefined,
    assignedTo: undefined,
    assignments: 0,
    featureId: undefined,
    projectId: undefined,
    workflowId: undefined,
    progressRatio: undefined,
    progressedMillis: undefined,
    step: undefined,
    retries: 0,
    estimateSeconds: undefined,
    costUsd: 0,
    queuedMillis: undefined,
    assignedMillis: undefined,
    endedMillis: undefined,
    durationSeconds: undefined,
  };
}
