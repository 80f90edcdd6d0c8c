import { z } from "zod";
import type { StoredEvent } from "../events/types.ts";
import { agentKey } from "../folds/agent-key.ts";
import { putLast, touch } from "../folds/put-last.ts";
import { count, moment, momentOf, seconds, share, usd } from "./parts/answer.ts";
import { defineView } from "./view.ts";

/** Most tasks that have not ended; the one that was heard of longest ago gives way. */
const MAX_OPEN = 20_000;
/** Most tasks that have, the last ones. */
const MAX_ENDED = 5_000;

interface Task {
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
  step: string | undefined;
  retries: number;
  estimateSeconds: number | undefined;
  costUsd: number;
  queuedMillis: number | undefined;
  assignedMillis: number | undefined;
  endedMillis: number | undefined;
  durationSeconds: number | undefined;
}

export interface State {
  readonly open: Map<string, Task>;
  readonly ended: Map<string, Task>;
}

const taskAnswer = z
  .object({
    id: z.string(),
    type: z.string(),
    name: z.string().nullable(),
    status: z.enum(["queued", "in_progress", "completed", "failed"]),
    outcome: z.string().nullable(),
    priority: z.string().nullable(),
    dependsOn: z.array(z.string()),
    assignedTo: z.string().nullable().describe("Id of the agent, such as `shop/scribe`."),
    assignments: count.describe("How often it was given to an agent."),
    reason: z.string().nullable().describe("Why it was given to this agent."),
    alternatives: z.array(z.string()).describe("Who else could have had it."),
    featureId: z.string().nullable(),
    projectId: z.string().nullable(),
    workflowId: z.string().nullable(),
    progressRatio: share,
    step: z.string().nullable(),
    retries: count,
    estimateSeconds: seconds.nullable(),
    durationSeconds: seconds.nullable(),
    costUsd: usd.describe("What model calls made for it cost."),
    queuedAt: moment.nullable(),
    assignedAt: moment.nullable(),
    endedAt: moment.nullable(),
  })
  .meta({ id: "Task" });

export type TaskAnswer = z.output<typeof taskAnswer>;

/** A task is known from the first event that names it, and kept for a while after it ended. */
export const tasksView = defineView({
  summary: "Every task that is open, and the last that ended: status, agent, dependencies, progress, cost.",
  version: 1,
  types: ["task_queued", "task_assigned", "task_progressed", "task_completed", "task_failed", "model_called"],
  query: z.strictObject({
    status: taskAnswer.shape.status.optional(),
    feature: z.string().optional(),
    workflow: z.string().optional(),
    agent: z.string().optional().describe("Id of the agent, such as `shop/scribe`."),
  }),
  answer: z.object({ tasks: z.array(taskAnswer) }),
  initial: (): State => ({ open: new Map(), ended: new Map() }),
  apply(state, event, timeUnixMillis) {
    if (event.taskId === undefined) return;
    if (event.type === "model_called") {
      const task = state.open.get(event.taskId) ?? state.ended.get(event.taskId);
      if (task !== undefined) task.costUsd += event.data.costUsd ?? 0;
      return;
    }
    const task = taskOf(state, event.taskId, event, timeUnixMillis);
    task.featureId = event.featureId ?? task.featureId;
    task.projectId = event.projectId ?? task.projectId;
    task.workflowId = event.workflowId ?? task.workflowId;
    applyTo(task, event, timeUnixMillis, state);
  },
  read: ({ open, ended }, { status, feature, workflow, agent }) => ({
    tasks: [...open.values(), ...ended.values()]
      .filter((task) => status === undefined || task.status === status)
      .filter((task) => feature === undefined || task.featureId === feature)
      .filter((task) => workflow === undefined || task.workflowId === workflow)
      .filter((task) => agent === undefined || task.assignedTo === agent)
      .map(answerOf),
  }),
});

/** The task that an event is about; one that has ended is open again where it is queued or assigned later than that. */
function taskOf({ open, ended }: State, id: string, { type }: StoredEvent, timeUnixMillis: number): Task {
  const done = ended.get(id);
  if (done === undefined) return touch(open, id, MAX_OPEN, () => newTask(id));
  const isAgain = (type === "task_queued" || type === "task_assigned") && timeUnixMillis > (done.endedMillis ?? 0);
  if (!isAgain) return done;
  ended.delete(id);
  done.status = "queued";
  done.outcome = undefined;
  done.endedMillis = undefined;
  done.durationSeconds = undefined;
  putLast(open, id, done, MAX_OPEN);
  return done;
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

function applyTo(task: Task, event: StoredEvent, timeUnixMillis: number, state: State): void {
  switch (event.type) {
    case "task_queued":
      task.type = event.data.taskType;
      task.name = event.data.name ?? task.name;
      task.priority = event.data.priority ?? task.priority;
      task.dependsOn = event.data.dependsOn ?? task.dependsOn;
      task.estimateSeconds = event.data.estimateSeconds ?? task.estimateSeconds;
      task.queuedMillis = timeUnixMillis;
      return;
    case "task_assigned":
      task.type = event.data.taskType;
      task.name = event.data.name ?? task.name;
      task.reason = event.data.reason;
      task.alternatives = event.data.alternatives ?? [];
      task.assignedTo = agentKey(event.source, event.agent as string);
      task.assignedMillis = timeUnixMillis;
      task.assignments += 1;
      if (task.endedMillis === undefined) task.status = "in_progress";
      return;
    case "task_progressed":
      task.progressRatio = event.data.progressRatio ?? task.progressRatio;
      task.step = event.data.step ?? task.step;
      task.retries = Math.max(task.retries, (event.data.attempt ?? 1) - 1);
      return;
    case "task_completed":
    case "task_failed":
      return end(task, event, timeUnixMillis, state);
  }
}

function end(
  task: Task,
  event: Extract<StoredEvent, { type: "task_completed" | "task_failed" }>,
  timeUnixMillis: number,
  { open, ended }: State,
): void {
  task.type = event.data.taskType;
  task.status = event.type === "task_completed" ? "completed" : "failed";
  task.outcome = event.type === "task_completed" ? "success" : event.data.outcome;
  task.retries = event.data.retries ?? task.retries;
  task.durationSeconds = event.data.durationSeconds;
  task.endedMillis = timeUnixMillis;
  if (event.type === "task_completed") task.progressRatio = 1;
  if (event.agent !== undefined) task.assignedTo = agentKey(event.source, event.agent);
  open.delete(task.id);
  putLast(ended, task.id, task, MAX_ENDED);
}

function answerOf(task: Task): TaskAnswer {
  const { queuedMillis, assignedMillis, endedMillis, ...rest } = task;
  return {
    ...rest,
    name: task.name ?? null,
    outcome: task.outcome ?? null,
    priority: task.priority ?? null,
    dependsOn: [...task.dependsOn],
    alternatives: [...task.alternatives],
    reason: task.reason ?? null,
    assignedTo: task.assignedTo ?? null,
    featureId: task.featureId ?? null,
    projectId: task.projectId ?? null,
    workflowId: task.workflowId ?? null,
    progressRatio: task.progressRatio ?? null,
    step: task.step ?? null,
    estimateSeconds: task.estimateSeconds ?? null,
    durationSeconds: task.durationSeconds ?? null,
    queuedAt: momentOrNull(queuedMillis),
    assignedAt: momentOrNull(assignedMillis),
    endedAt: momentOrNull(endedMillis),
  };
}

function momentOrNull(unixMillis: number | undefined): string | null {
  return unixMillis === undefined ? null : momentOf(unixMillis);
}
