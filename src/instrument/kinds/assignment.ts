import { attribute } from "../../tracing/semconv.ts";
import { cleanCount, cleanId, cleanName, cleanNames, cleanText } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface AssignmentOptions extends CorrelationOptions {
  readonly taskId: string;
  /** What kind of task, such as `write_test`. */
  readonly type: string;
  /** Agents that could have it. */
  readonly candidates?: readonly string[];
}

export interface AssignmentDetails {
  readonly reason?: string;
  /** How many tasks the chosen agent had already. */
  readonly workload?: number;
  /** @default the other candidates */
  readonly alternatives?: readonly string[];
}

export interface AssignmentHandle extends WorkHandle {
  /** Records which agent gets the task, and gives it back so that it can be returned. The last call counts. */
  choose(agent: string, details?: AssignmentDetails): string;
}

/** Somebody chooses which agent gets a task. Where nobody is chosen, nothing was assigned, and nothing is told but the span. */
export const assignmentKind: OperationKind<AssignmentOptions, AssignmentHandle> = {
  label: "task assignment",
  draft(options, _outer, { report, assignedTasks }) {
    const taskId = cleanId(options.taskId, "an assignment's taskId", report) ?? "unknown";
    const taskType = cleanName(options.type, "an assignment's type", report);
    const candidates = cleanNames(options.candidates);
    let chosen:
      | { agent: string; reason: string | undefined; workload: number | undefined; alternatives: string[] | undefined }
      | undefined;
    return {
      spanName: `assign ${taskType}`,
      attributes: { [attribute.taskId]: taskId, [attribute.taskType]: taskType },
      own: { ...readIds(options, report), taskId },
      end({ timed }, span) {
        if (chosen === undefined) return undefined;
        const { agent, ...details } = chosen;
        span.set(attribute.assignmentAgent, agent);
        assignedTasks.add(taskId);
        return { type: "task_assigned", data: { ...details, taskType, durationSeconds: timed.durationSeconds }, agent };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        choose(agent, details) {
          const name = cleanName(agent, "the agent of an assignment", report, "missing_agent");
          chosen = {
            agent: name,
            reason: cleanText(details?.reason),
            workload: cleanCount(details?.workload, "an assignment's workload", report),
            alternatives: cleanNames(details?.alternatives) ?? candidates?.filter((candidate) => candidate !== name),
          };
          return agent;
        },
      }),
    };
  },
};
