import { z } from "zod";
import { views } from "../../../views/index.ts";
import { wholeList } from "../../../views/parts/page.ts";
import { endpoint } from "../endpoint.ts";
import { nextTurn } from "../turn.ts";

/** Everybody and everything at once; each part can be asked for by itself, with filters. */
export const fleetEndpoint = endpoint({
  path: "/api/fleet",
  tag: "Fleet",
  summary: "Agents, tasks, projects, features, and the last runs of workflows.",
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: z.object({
    agents: views.agents.answer.shape.agents,
    tasks: views.tasks.answer.shape.tasks,
    ...views.projects.answer.shape,
    workflows: views.workflows.answer.shape.runs,
  }),
  async handle(_input, { views: standing }) {
    // All of them are tens of thousands, each kind in a turn of its own; tasks first, so that whoever has one is there.
    const { tasks } = standing.read("tasks", wholeList);
    await nextTurn();
    const { agents } = standing.read("agents", wholeList);
    await nextTurn();
    return {
      agents,
      tasks,
      ...standing.read("projects", {}),
      workflows: standing.read("workflows", { limit: 100 }).runs,
    };
  },
});
