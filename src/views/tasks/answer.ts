import { z } from "zod";
import { count, moment, momentOrNull, seconds, share, usd } from "../parts/answer.ts";
import type { State, Task } from "./task.ts";

export const taskAnswer = z
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

export function answerOf(task: Task, state: State): TaskAnswer {
  return {
    id: task.id,
    type: task.type,
    name: task.name ?? null,
    status: task.status,
    outcome: task.outcome ?? null,
    priority: task.priority ?? null,
    dependsOn: [...task.dependsOn],
    blockedBy: blockersOf(task, state),
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

/** What a task waits for. What nobody has told of, or what ended too long ago to be known, holds nothing up. */
function blockersOf({ status, dependsOn }: Task, { open, ended }: State): string[] {
  if (status !== "queued") return [];
  return dependsOn.filter((id) => open.has(id) || ended.get(id)?.status === "failed");
}
