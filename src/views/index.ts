import { agentsView } from "./agents/view.ts";
import { budgetsView } from "./budgets.ts";
import { costsView } from "./costs/view.ts";
import { journeysView } from "./journeys.ts";
import { kpisView } from "./kpis.ts";
import { progressView } from "./progress/view.ts";
import { projectsView } from "./projects/view.ts";
import { providersView } from "./providers/view.ts";
import { researchView } from "./research/view.ts";
import { skillsView } from "./skills.ts";
import { tasksView } from "./tasks/view.ts";
import { userJourneysView } from "./user-journeys.ts";
import { windowsView } from "./windows.ts";
import { workflowsView } from "./workflows/view.ts";

/** Every view by its name. A new one is a file beside this one, or a folder where that gets long, and a line here. */
export const views = {
  agents: agentsView,
  budgets: budgetsView,
  costs: costsView,
  journeys: journeysView,
  kpis: kpisView,
  progress: progressView,
  projects: projectsView,
  providers: providersView,
  research: researchView,
  skills: skillsView,
  tasks: tasksView,
  userJourneys: userJourneysView,
  windows: windowsView,
  workflows: workflowsView,
} as const;

export type HubViews = typeof views;
