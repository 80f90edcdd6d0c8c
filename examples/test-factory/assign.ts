import type { Job } from "./job.ts";
import type { Role } from "./roles.ts";
import type { Task } from "./tasks.ts";

/** How many tasks each agent has, over all jobs. */
const workloads = new Map<Role, number>();

/** Gives a task to whoever is best at it, and does it with them. */
export async function assign<T>(job: Job, task: Task, work: (agent: Role) => Promise<T>): Promise<T> {
  const { taskId, type, agent, others } = task;
  await job.crowsnest.assignment({ taskId, type, candidates: [agent, ...others] }, async (assignment) => {
    await job.pace.wait(0.3);
    assignment.choose(agent, { reason: `is the ${agent} of the team`, workload: workloads.get(agent) ?? 0 });
  });
  workloads.set(agent, (workloads.get(agent) ?? 0) + 1);
  try {
    return await work(agent);
  } finally {
    workloads.set(agent, (workloads.get(agent) ?? 1) - 1);
  }
}
