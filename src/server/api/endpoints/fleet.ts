import { z } from "zod";
import { views } from "../../../views/index.ts";
import { endpoint } from "../endpoint.ts";

const { agents, projects, tasks, workflows } = views;

/** Everybody and everything at once; each part can be asked for by itself, with filters. */
export const fleetEndpoint = endpoint({
  path: "/api/fleet",
  tag: "Fleet",
  summary: "Agents, tasks, projects, features, and the last runs of workflows.",
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: z.object({
    ...agents.answer.shape,
    ...tasks.answer.shape,
    ...projects.answer.shape,
    workflows: workflows.answer.shape.runs,
  }),
  handle: (_input, context) => ({
    ...context.views.read("agents", {}),
    ...context.views.read("tasks", {}),
    ...context.views.read("projects", {}),
    workflows: context.views.read("workflows", { limit: 100 }).runs,
  }),
});
