import type { Face } from "crowsnest";
import { features, PROJECT } from "./job.ts";
import { models } from "./prices.ts";
import { roleNames, roles } from "./roles.ts";
import { team } from "./team.ts";

/** What watchers get to know before the work begins: the project, its features, and who is there. */
export function introduce(crowsnest: Face): void {
  crowsnest.emit({ type: "project_created", projectId: PROJECT, data: { name: "Web shop", status: "in progress" } });
  for (const feature of features) {
    const featureId = `feature-${feature.replaceAll(" ", "-")}`;
    crowsnest.emit({ type: "feature_created", projectId: PROJECT, featureId, data: { name: feature, status: "open" } });
  }
  for (const agent of roleNames) {
    const tools = team[agent].tools.map(({ name }) => name);
    crowsnest.emit({ type: "agent_registered", agent, data: { role: roles[agent].role, model: models.usual, tools } });
  }
}

/** Agents that wait for work are alive, too. */
export function sendHeartbeats(crowsnest: Face): void {
  for (const agent of roleNames) crowsnest.emit({ type: "agent_heartbeat", agent, data: {} });
}
