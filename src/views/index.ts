import { agentsView } from "./agents.ts";
import { journeysView } from "./journeys.ts";
import { projectsView } from "./projects.ts";
import { researchView } from "./research/view.ts";
import { tasksView } from "./tasks.ts";
import { windowsView } from "./windows.ts";
import { workflowsView } from "./workflows/view.ts";

/** Every view by its name. A new one is a file beside this one and a line here. */
export const views = {
  agents: agentsView,
  journeys: journeysView,
  projects: projectsView,
  research: researchView,
  tasks: tasksView,
  windows: windowsView,
  workflows: workflowsView,
} as const;

export type HubViews = typeof views;
