import { type RunContext, tool } from "@openai/agents";
import { z } from "zod";
import type { Desk } from "../job.ts";
import { taskOf } from "../tasks.ts";
import { deskOf, tellModel } from "./desk.ts";

const parameters = z.object({ type: z.enum(["write_test", "run_test", "validate"]), part: z.number() });

/** The router's. */
export const queueTask = tool({
  name: "queue_task",
  description: "Puts a task into the queue.",
  parameters,
  errorFunction: tellModel,
  async execute({ type, part }, context?: RunContext<Desk>) {
    const { job } = deskOf(context);
    const task = taskOf(job, type, part);
    await job.pace.wait(0.5);
    const { taskId, name, dependsOn, priority, estimateSeconds, estimateUsd } = task;
    const data = { taskType: type, name, dependsOn, priority, estimateSeconds, estimateUsd };
    job.crowsnest.emit({ type: "task_queued", taskId, data });
    return `queued as ${taskId}`;
  },
});
