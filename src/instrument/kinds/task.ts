import { uuidv7 } from "../../events/uuid.ts";
import { attribute } from "../../tracing/semconv.ts";
import { cleanAmount, cleanCount, cleanId, cleanName, cleanNames, cleanRatio, cleanText } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface TaskOptions extends CorrelationOptions {
  /** @default a new one */
  readonly id?: string;
  /** Name of the agent that does it. @default the agent whose work it is part of */
  readonly agent?: string;
  /** What kind of task, such as `write_test`. */
  readonly type: string;
  /** A title for people. */
  readonly name?: string;
  /** Why this agent; told where the task was not assigned before. */
  readonly reason?: string;
  /** How many tasks the agent had already. */
  readonly workload?: number;
  /** Which other agents could have had it. */
  readonly alternatives?: readonly string[];
  /** How long it waited, in seconds. @default measured from its `task_queued` event, where there was one */
  readonly queueDurationSeconds?: number;
  /** True where somebody else has told that it was assigned, such as a router in another process. @default false */
  readonly assigned?: boolean;
}

export interface TaskProgress {
  readonly step?: string;
  readonly message?: string;
}

export interface TaskHandle extends WorkHandle {
  readonly id: string;
  /** How far it is, from 0 to 1. */
  progress(ratio: number, details?: TaskProgress): void;
  /** It is tried again. */
  retry(reason?: string): void;
}

/** An agent works on a task. Tells that it was assigned, unless that was told before. */
export const taskKind: OperationKind<TaskOptions, TaskHandle> = {
  label: "task",
  guarded: true,
  draft(options, outer, { report, assignedTasks }) {
    const givenId = cleanId(options.id, "a task's id", report);
    const taskId = givenId ?? uuidv7();
    const agent = cleanName(options.agent ?? outer.agent, "a task's agent", report, "missing_agent");
    const taskType = cleanName(options.type, "a task's type", report);
    const wasAssigned = options.assigned === true || (givenId !== undefined && assignedTasks.take(givenId));
    const ids = readIds(options, report);
    let retries = 0;
    const assignment = () => ({
      taskType,
      name: cleanText(options.name),
      reason: cleanText(options.reason),
      workload: cleanCount(options.workload, "a task's workload", report),
      alternatives: cleanNames(options.alternatives),
      queueDurationSeconds: cleanAmount(options.queueDurationSeconds, "a task's queueDurationSeconds", report),
    });
    return {
      spanName: `task ${taskType}`,
      attributes: { [attribute.agentName]: agent, [attribute.taskId]: taskId, [attribute.taskType]: taskType },
      own: { ...ids, agent, taskId },
      opens: "task",
      start: wasAssigned ? undefined : { type: "task_assigned", data: assignment() },
      end({ outcome, timed, failure }, span) {
        if (retries > 0) span.set(attribute.taskRetries, retries);
        if (outcome === "success") return { type: "task_completed", data: { ...timed, taskType, retries } };
        return { type: "task_failed", data: { ...timed, ...failure, outcome, taskType, retries } };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        id: taskId,
        progress(ratio, details) {
          const progressRatio = cleanRatio(ratio, "a task's progress", report);
          if (progressRatio === undefined || operation.ended) return;
          const data = { taskType, progressRatio, step: cleanText(details?.step), message: cleanText(details?.message) };
          operation.tell({ type: "task_progressed", data });
        },
        retry(reason) {
          if (operation.ended) return;
          retries += 1;
          operation.tell({ type: "task_progressed", data: { taskType, attempt: retries + 1, message: cleanText(reason) } });
        },
      }),
    };
  },
};
