import type { Endpoint } from "../endpoint.ts";
import { agentEndpoint } from "./cato/agent.ts";
import { journeyMetricsEndpoint } from "./cato/journey-metrics.ts";
import { researchMetricsEndpoint } from "./cato/research-metrics.ts";
import { snapshotEndpoint } from "./cato/snapshot.ts";
import { eventsEndpoint } from "./events.ts";
import { fleetEndpoint } from "./fleet.ts";
import { fromView } from "./from-view.ts";
import { progressEndpoint } from "./progress.ts";
import { workflowEndpoint } from "./workflow.ts";

/** Everything that can be asked of a hub by GET. Routes, the OpenAPI document and the reference derive from this list. */
export const endpoints: readonly Endpoint[] = [
  eventsEndpoint,
  fromView("/api/windows", "Now", "windows"),
  fromView("/api/kpis", "Now", "kpis"),
  fleetEndpoint,
  fromView("/api/agents", "Fleet", "agents"),
  fromView("/api/tasks", "Fleet", "tasks"),
  fromView("/api/projects", "Fleet", "projects"),
  fromView("/api/workflows", "Fleet", "workflows"),
  workflowEndpoint,
  snapshotEndpoint,
  agentEndpoint,
  journeyMetricsEndpoint,
  researchMetricsEndpoint,
  fromView("/api/research", "Research", "research"),
  fromView("/api/journeys", "Journeys", "journeys"),
  fromView("/api/user-journeys", "User journeys", "userJourneys"),
  fromView("/api/skills", "Skills", "skills"),
  fromView("/api/progress", "Progress", "progress"),
  progressEndpoint,
  fromView("/api/providers", "Providers", "providers"),
  fromView("/api/costs", "Money", "costs"),
  fromView("/api/budgets", "Money", "budgets"),
];
