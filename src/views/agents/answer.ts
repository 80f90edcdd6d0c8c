import { z } from "zod";
import { agentKey } from "../../folds/agent-key.ts";
import { count, moment, momentOf, percentiles, percentilesOf, seconds, share, usd } from "../parts/answer.ts";
import { ratio } from "../parts/sums.ts";
import type { Agent } from "./agent.ts";

/** As the alert on agents that have work and say nothing has it. */
const SILENT_MILLIS = 300_000;

export const agentAnswer = z
  .object({
    id: z.string().describe("Service and name, such as `shop/scribe`; a slash in the service is `%2F`."),
    service: z.string(),
    name: z.string(),
    agentId: z.string().nullable().describe("The instance that was heard of last."),
    role: z.string().nullable(),
    model: z.string().nullable(),
    skills: z.array(z.string()),
    tools: z.array(z.string()),
    status: z
      .enum(["active", "idle", "silent"])
      .describe("Active: it has a run or a task. Silent: it has none, and was not heard of for 5 minutes."),
    currentTasks: z.array(z.string()),
    openRuns: count,
    lastTasks: z
      .array(
        z.object({ taskId: z.string(), taskType: z.string(), outcome: z.string(), durationSeconds: seconds, endedAt: moment }),
      )
      .describe("The last ten, the newest first."),
    succeeded: count.describe("Runs and tasks that ended well."),
    failed: count.describe("Runs and tasks that ended otherwise."),
    endedTasks: count.describe("Of these, tasks; one that was tried again counts each time."),
    successRatio: share,
    errors: count,
    costUsd: usd,
    durationSeconds: percentiles.describe("How long its runs and tasks took."),
    firstSeenAt: moment,
    lastSeenAt: moment,
    silentSince: moment
      .nullable()
      .describe("When it was last heard of, where that is 5 minutes ago or more. An active agent that is silent may hang."),
  })
  .meta({ id: "Agent" });

export type AgentAnswer = z.output<typeof agentAnswer>;

export function answerOf(agent: Agent, now: number): AgentAnswer {
  const isAtWork = agent.runs.size + agent.tasks.size > 0;
  const isSilent = now - agent.lastSeenMillis >= SILENT_MILLIS;
  return {
    id: agentKey(agent.service, agent.name),
    service: agent.service,
    name: agent.name,
    agentId: agent.agentId ?? null,
    role: agent.role ?? null,
    model: agent.model ?? null,
    skills: [...agent.skills],
    tools: [...agent.tools],
    status: isAtWork ? "active" : isSilent ? "silent" : "idle",
    currentTasks: [...agent.tasks.keys()],
    openRuns: agent.runs.size,
    lastTasks: agent.history.map(({ endedUnixMillis, ...task }) => ({ ...task, endedAt: momentOf(endedUnixMillis) })).reverse(),
    succeeded: agent.succeeded,
    failed: agent.failed,
    endedTasks: agent.endedTasks,
    successRatio: ratio(agent.succeeded, agent.succeeded + agent.failed),
    errors: agent.errors,
    costUsd: agent.costUsd,
    durationSeconds: percentilesOf(agent.durations),
    firstSeenAt: momentOf(agent.firstSeenMillis),
    lastSeenAt: momentOf(agent.lastSeenMillis),
    silentSince: isSilent ? momentOf(agent.lastSeenMillis) : null,
  };
}
