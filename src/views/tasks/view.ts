import { z } from "zod";
import { spendingTypes } from "../../folds/spending.ts";
import { nextCursor, pageOf, pageQuery } from "../parts/page.ts";
import { defineView } from "../view.ts";
import { answerOf, taskAnswer } from "./answer.ts";
import { applyEvent } from "./apply.ts";
import type { State } from "./task.ts";

/** A task is known from the first event that names it, and kept for a while after it ended. */
export const tasksView = defineView({
  summary: "Every task that is open, and the last that ended: status, agent, dependencies, progress, cost.",
  version: 5,
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
  initial: (): State => ({ open: new Map(), ended: new Map(), listed: 0 }),
  apply: applyEvent,
  read(state, { id, status, feature, workflow, agent, ...asked }) {
    const { open, ended } = state;
    const all = id === undefined ? [...open.values(), ...ended.values()] : [open.get(id) ?? ended.get(id) ?? []].flat();
    const wanted = all.filter(
      (task) =>
        (status === undefined || task.status === status) &&
        (feature === undefined || task.featureId === feature) &&
        (workflow === undefined || task.workflowId === workflow) &&
        (agent === undefined || task.assignedTo === agent),
    );
    const { page, ...next } = pageOf(wanted, asked);
    return { tasks: page.map((task) => answerOf(task, state)), ...next };
  },
});
