import type { Job } from "./job.ts";
import type { Role } from "./roles.ts";

export type TaskType = "write_test" | "run_test" | "validate";

/** One task of a job, the same whenever it is asked for. */
export interface Task {
  readonly taskId: string;
  readonly type: TaskType;
  readonly name: string;
  readonly dependsOn: string[];
  readonly priority: "medium" | "high";
  readonly estimateSeconds: number;
  readonly estimateUsd: number;
  /** Who does it, and who else could. */
  readonly agent: Role;
  readonly others: readonly Role[];
}

const kinds = {
  write_test: { agent: "writer", others: ["fixer"], estimateSeconds: 8, estimateUsd: 0.004, after: undefined },
  run_test: { agent: "runner", others: ["validator"], estimateSeconds: 6, estimateUsd: 0.006, after: "write_test" },
  validate: { agent: "validator", others: ["critic", "runner"], estimateSeconds: 4, estimateUsd: 0.002, after: "run_test" },
} as const;

export function taskOf(job: Job, type: TaskType, partIndex: number): Task {
  const { after, ...kind } = kinds[type];
  const part = job.parts[partIndex]?.name ?? "all of it";
  return {
    ...kind,
    type,
    taskId: idOf(job, type, partIndex),
    name: type === "validate" ? `validate ${job.feature}` : `${type.replace("_", " ")} of ${job.feature}, ${part}`,
    // A feature is looked at once all of its tests have run; everything else follows what its own part needs.
    dependsOn: dependenciesOf(job, type, after, partIndex),
    priority: job.story.brokenRuns > 0 ? "high" : "medium",
  };
}

function dependenciesOf(job: Job, type: TaskType, after: TaskType | undefined, partIndex: number): string[] {
  if (after === undefined) return [];
  return type === "validate" ? job.parts.map(({ index }) => idOf(job, after, index)) : [idOf(job, after, partIndex)];
}

function idOf(job: Job, type: TaskType, partIndex: number): string {
  return `${job.id}-${type}-${partIndex}`;
}
