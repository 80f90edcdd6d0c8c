import { z } from "zod";
import { endpoint } from "../../endpoint.ts";
import { Problem } from "../../problem.ts";
import { agentShape, catoAgent, catoEvent, catoTask, eventShape, taskShape } from "./shapes.ts";

const RECENT_EVENTS = 20;

export const agentEndpoint = endpoint({
  path: "/api/cato/agent/{id}",
  tag: "Observatory",
  summary: "One agent: what it is, its current task, its last ten tasks, its last twenty events.",
  params: z.strictObject({
    id: z.string().min(1).max(801).describe("The id of the snapshot, or a name that only one agent has."),
  }),
  query: z.strictObject({}),
  answer: z.object({
    success: z.literal(true),
    agent: catoAgent,
    current_task: catoTask.nullable(),
    task_history: z.array(catoTask),
    recent_events: z.array(catoEvent),
  }),
  missing: "There is no such agent, or more than one of this name.",
  async handle({ params: { id } }, context) {
    const { agents } = context.views.read("agents", { agent: id });
    const agent = agents.find((each) => each.id === id) ?? agents[0];
    if (agent === undefined) throw new Problem(404, `there is no agent ${id}`);
    if (agents.length > 1 && agent.id !== id) {
      throw new Problem(404, `several agents are called ${id}: ask for one of ${agents.map((each) => each.id).join(", ")}`);
    }
    const task = (id: string) => context.views.read("tasks", { id }).tasks[0];
    const current = task(agent.currentTasks.at(-1) ?? "");
    const query = { agents: [agent.name], sources: [agent.service], order: "newest-first", limit: RECENT_EVENTS } as const;
    const { events } = await context.query(query);
    return {
      success: true as const,
      agent: agentShape(agent),
      current_task: current === undefined ? null : taskShape(current),
      task_history: agent.lastTasks.flatMap(({ taskId }) => task(taskId) ?? []).map(taskShape),
      recent_events: events.map(eventShape),
    };
  },
});
