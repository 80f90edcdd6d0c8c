import type { StoredEvent } from "../../events/types.ts";
import { putLast, touch } from "../../folds/put-last.ts";

/** Most tasks that have not ended; the one that was heard of longest ago gives way. */
const MAX_OPEN = 20_000;
/** Most tasks that have, the last ones. */
const MAX_ENDED = 5_000;

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
}

/** The task that an event is about; one that has ended is open again where it is queued or assigned later than that. */
export function taskOf({ open, ended }: State, id: string, { type }: StoredEvent, timeUnixMillis: number): Task {
  const done = ended.get(id);
  if (done === undefined) return touch(open, id, MAX_OPEN, () => newTask(id));
  const isAgain = (type === "task_queued" || type === "task_assigned") && timeUnixMillis > (done.endedMillis ?? 0);
  if (!isAgain) return done;
  ended.delete(id);
  beginAnew(done);
  putLast(open, id, done, MAX_OPEN);
  return done;
}

/** It has ended, for now. */
export function putAway({ open, ended }: State, task: Task): void {
  open.delete(task.id);
  putLast(ended, task.id, task, MAX_ENDED);
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
