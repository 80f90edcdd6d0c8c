import { z } from "zod";
import type { StoredEvent } from "../../../../events/types.ts";
import type { AgentAnswer } from "../../../../views/agents/answer.ts";
import type { TaskAnswer } from "../../../../views/tasks/answer.ts";

/** Agents, tasks and events as the observatory reads them, in snake case. */

export const catoAgent = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.string().nullable(),
    status: z.enum(["active", "idle", "silent"]),
    skills: z.array(z.string()),
    current_task_id: z.string().nullable(),
    task_count: z.number().int().describe("Tasks that it has ended."),
    service: z.string(),
    agent_id: z.string().nullable(),
    model: z.string().nullable(),
    success_ratio: z.number().nullable(),
    last_seen: z.iso.datetime(),
  })
  .meta({ id: "CatoAgent" });

export const catoTask = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(["queued", "in_progress", "completed", "failed"]),
    priority: z.string().nullable(),
    assigned_to: z.string().nullable(),
    dependencies: z.array(z.string()),
    estimated_hours: z.number().nullable(),
    feature_id: z.string().nullable(),
    project_id: z.string().nullable(),
    task_type: z.string(),
    progress_ratio: z.number().nullable(),
  })
  .meta({ id: "CatoTask" });

export const catoEvent = z
  .object({
    id: z.string(),
    type: z.string(),
    timestamp: z.iso.datetime(),
    agent_id: z.string().nullable(),
    task_id: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "CatoEvent" });

export function agentShape(agent: AgentAnswer): z.output<typeof catoAgent> {
  return {
    id: agent.id,
    name: agent.name,
    role: agent.role,
    status: agent.status,
    skills: agent.skills,
    current_task_id: agent.currentTasks.at(-1) ?? null,
    task_count: agent.endedTasks,
    service: agent.service,
    agent_id: agent.agentId,
    model: agent.model,
    success_ratio: agent.successRatio,
    last_seen: agent.lastSeenAt,
  };
}

export function taskShape(task: TaskAnswer): z.output<typeof catoTask> {
  return {
    id: task.id,
    name: task.name ?? task.id,
    status: task.status,
    priority: task.priority,
    assigned_to: task.assignedTo,
    dependencies: task.dependsOn,
    estimated_hours: task.estimateSeconds === null ? null : task.estimateSeconds / 3_600,
    feature_id: task.featureId,
    project_id: task.projectId,
    task_type: task.type,
    progress_ratio: task.progressRatio,
  };
}

export function eventShape(event: StoredEvent): z.output<typeof catoEvent> {
  return {
    id: event.id,
    type: event.type,
    timestamp: new Date(event.timeUnixMillis).toISOString(),
    agent_id: event.agentId ?? event.agent ?? null,
    task_id: event.taskId ?? null,
    data: { ...event.data },
  };
}
