import { z } from "zod";
import { views } from "../../../views/index.ts";
import { endpoint } from "../endpoint.ts";
import { wholeFleet } from "./whole-fleet.ts";

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
  async handle(_input, context) {
    const fleet = await wholeFleet(context);
    return { ...fleet, workflows: context.views.read("workflows", { limit: 100 }).runs };
  },
});
