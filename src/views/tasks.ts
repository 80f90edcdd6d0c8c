import { z } from "zod";
import type { EventData, EventOf, StoredEvent } from "../events/types.ts";
import { agentKey } from "../folds/agent-key.ts";
import { putLast, touch } from "../folds/put-last.ts";
import { isSpending, spendingTypes } from "../folds/spending.ts";
import { count, moment, momentOf, seconds, share, usd } from "./parts/answer.ts";
import { nextCursor, pageOf, pageQuery } from "./parts/page.ts";
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
    blockedBy: z
      .array(z.string())
      .describe(
        "While it is queued: what it depends on and what is known and not completed. It can be begun where there is none.",
      ),
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
    costUsd: usd.describe("What the models that were used for it cost."),
    queuedAt: moment.nullable(),
    assignedAt: moment.nullable(),
    endedAt: moment.nullable(),
  })
  .meta({ id: "Task" });

export type TaskAnswer = z.output<typeof taskAnswer>;

/** A task is known from the first event that names it, and kept for a while after it ended. */
export const tasksView = defineView({
  summary: "Every task that is open, and the last that ended: status, agent, dependencies, progress, cost.",
  version: 3,
  types: ["task_queued", "task_assigned", "task_progressed", "task_completed", "task_failed", ...spendingTypes],
  query: z.strictObject({
    status: taskAnswer.shape.status.optional(),
    feature: z.string().optional(),
    workflow: z.string().optional(),
    agent: z.string().optional().describe("Id of the agent, such as `shop/scribe`."),
    id: z.string().optional().describe("Id of a task."),
    ...pageQuery,
  }),
  answer: z.object({ tasks: z.array(taskAnswer), nextCursor }),
  initial: (): State => ({ open: new Map(), ended: new Map() }),
  apply(state, event, timeUnixMillis) {
    if (event.taskId === undefined) return;
    if (isSpending(event)) {
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
  read({ open, ended }, { id, status, feature, workflow, agent, ...asked }) {
    const all = id === undefined ? [...open.values(), ...ended.values()] : [open.get(id) ?? ended.get(id) ?? []].flat();
    const wanted = all.filter(
      (task) =>
        (status === undefined || task.status === status) &&
        (feature === undefined || task.featureId === feature) &&
        (workflow === undefined || task.workflowId === workflow) &&
        (agent === undefined || task.assignedTo === agent),
    );
    const { page, ...next } = pageOf(wanted, asked);
    return { tasks: page.map((task) => answerOf(task, blockersOf(task, open, ended))), ...next };
  },
});

/** The task that an event is about; one that has ended is open again where it is queued or assigned later than that. */
function taskOf({ open, ended }: State, id: string, { type }: StoredEvent, timeUnixMillis: number): Task {
  const done = ended.get(id);
  if (done === undefined) return touch(open, id, MAX_OPEN, () => newTask(id));
  const isAgain = (type === "task_queued" || type === "task_assigned") && timeUnixMillis > (done.endedMillis ?? 0);
  if (!isAgain) return done;
  ended.delete(id);
  beginAnew(done);
  putLast(open, id, done, MAX_OPEN);
  return done;
}

/** Of what was tried before only counts and costs stay. */
function beginAnew(task: Task): void {
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
  { open, ended }: State,
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
  open.delete(task.id);
  putLast(ended, task.id, task, MAX_ENDED);
}

/** What a task waits for. What nobody has told of, or what ended too long ago to be known, holds nothing up. */
function blockersOf(task: Task, open: State["open"], ended: State["ended"]): string[] {
  if (task.status !== "queued") return [];
  return task.dependsOn.filter((id) => open.has(id) || ended.get(id)?.status === "failed");
}

function answerOf(task: Task, blockedBy: string[]): TaskAnswer {
  return {
    id: task.id,
    type: task.type,
    name: task.name ?? null,
    status: task.status,
    outcome: task.outcome ?? null,
    priority: task.priority ?? null,
    dependsOn: [...task.dependsOn],
    blockedBy,
    assignedTo: task.assignedTo ?? null,
    assignments: task.assignments,
    reason: task.reason ?? null,
    alternatives: [...task.alternatives],
    featureId: task.featureId ?? null,
    projectId: task.projectId ?? null,
    workflowId: task.workflowId ?? null,
    progressRatio: task.progressRatio ?? null,
    step: task.step ?? null,
    retries: task.retries,
    estimateSeconds: task.estimateSeconds ?? null,
    durationSeconds: task.durationSeconds ?? null,
    costUsd: task.costUsd,
    queuedAt: momentOrNull(task.queuedMillis),
    assignedAt: momentOrNull(task.assignedMillis),
    endedAt: momentOrNull(task.endedMillis),
  };
}

function momentOrNull(unixMillis: number | undefined): string | null {
  return unixMillis === undefined ? null : momentOf(unixMillis);
}
