import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { endpoint } from "../../endpoint.ts";
import { wholeFleet } from "../whole-fleet.ts";
import { agentShape, catoAgent, catoTask, taskShape } from "./shapes.ts";

const project = z.object({ id: z.string(), name: z.string(), status: z.string().nullable(), task_count: z.number().int() });
const feature = project.extend({ project_id: z.string().nullable() });
const edge = (type: string) => z.object({ from: z.string(), to: z.string(), type: z.literal(type) });

/** The whole fleet as a graph: who and what there is, and what belongs to what. */
export const snapshotEndpoint = endpoint({
  path: "/api/cato/snapshot",
  tag: "Observatory",
  summary: "Agents, tasks, projects and features as nodes, and what ties them as edges.",
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: z.object({
    success: z.literal(true),
    snapshot: z.object({
      nodes: z.object({
        agents: z.array(catoAgent),
        tasks: z.array(catoTask),
        projects: z.array(project),
        features: z.array(feature),
      }),
      edges: z.object({
        task_dependencies: z.array(edge("dependency")),
        agent_assignments: z.array(edge("assignment")),
        feature_tasks: z.array(edge("contains")),
        project_features: z.array(edge("contains")),
      }),
      metrics: z.object({
        total_agents: z.number().int(),
        active_agents: z.number().int(),
        total_tasks: z.number().int(),
        completed_tasks: z.number().int(),
        total_projects: z.number().int(),
        total_features: z.number().int(),
        timestamp: z.iso.datetime().describe("When the newest event of the snapshot was kept."),
      }),
    }),
  }),
  async handle(_input, context) {
    const { tasks, agents, projects, features } = await wholeFleet(context);
    await nextTurn();
    const nodes = {
      agents: agents.map(agentShape),
      tasks: tasks.map(taskShape),
      projects: projects.map((each) => ({ id: each.id, name: each.name, status: each.status, task_count: each.tasks.total })),
      features: features.map((each) => ({
        id: each.id,
        name: each.name,
        status: each.status,
        task_count: each.tasks.total,
        project_id: each.projectId,
      })),
    };
    await nextTurn();
    return {
      success: true as const,
      snapshot: {
        nodes,
        edges: {
          task_dependencies: tasks.flatMap(({ id, dependsOn }) =>
            dependsOn.map((from) => ({ from, to: id, type: "dependency" })),
          ),
          agent_assignments: tasks.flatMap(({ id, assignedTo }) =>
            assignedTo === null ? [] : [{ from: assignedTo, to: id, type: "assignment" }],
          ),
          feature_tasks: tasks.flatMap(({ id, featureId }) =>
            featureId === null ? [] : [{ from: featureId, to: id, type: "contains" }],
          ),
          project_features: features.flatMap(({ id, projectId }) =>
            projectId === null ? [] : [{ from: projectId, to: id, type: "contains" }],
          ),
        },
        metrics: {
          total_agents: agents.length,
          active_agents: agents.filter(({ status }) => status === "active").length,
          total_tasks: tasks.length,
          completed_tasks: tasks.filter(({ status }) => status === "completed").length,
          total_projects: projects.length,
          total_features: features.length,
          timestamp: new Date(context.lastEventUnixMillis()).toISOString(),
        },
      },
    };
  },
});
