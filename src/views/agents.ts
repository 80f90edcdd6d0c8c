import { z } from "zod";
import { eventTypes } from "../events/families.ts";
import { boundaryOf, operationKey } from "../events/operations.ts";
import type { EventType, StoredEvent } from "../events/types.ts";
import { agentKey } from "../folds/agent-key.ts";
import { putLast, touch } from "../folds/put-last.ts";
import { count, moment, momentOf, percentiles, percentilesOf, seconds, share, usd } from "./parts/answer.ts";
import { pushBounded, ratio } from "./parts/bounded-map.ts";
import { type Histogram, newHistogram, record } from "./parts/histogram.ts";
import { defineView } from "./view.ts";

/** Most agents that are followed, of all services together. */
const MAX_AGENTS = 5_000;
/** Most pieces of work that one agent can have open. */
const MAX_OPEN = 1_000;
/** Most tasks whose agent is remembered until they end. */
const MAX_ASSIGNED = 20_000;
const HISTORY_TASKS = 10;
/** As the alert on silent agents has it. */
const SILENT_MILLIS = 300_000;

interface Agent {
  readonly service: string;
  readonly name: string;
  agentId: string | undefined;
  role: string | undefined;
  model: string | undefined;
  skills: readonly string[];
  tools: readonly string[];
  /** What it has begun and not ended: runs by their key, tasks by their id. */
  readonly runs: Map<string, true>;
  readonly tasks: Map<string, true>;
  readonly history: FinishedTask[];
  succeeded: number;
  failed: number;
  errors: number;
  costUsd: number;
  readonly durations: Histogram;
  firstSeenMillis: number;
  lastSeenMillis: number;
}

interface FinishedTask {
  readonly taskId: string;
  readonly taskType: string;
  readonly outcome: string;
  readonly durationSeconds: number;
  readonly endedUnixMillis: number;
}

export interface State {
  readonly agents: Map<string, Agent>;
  /** Who has which task, by the task's id. */
  readonly assigned: Map<string, string>;
}

const agentAnswer = z
  .object({
    id: z.string().describe("Service and name, such as `shop/scribe`."),
    service: z.string(),
    name: z.string(),
    agentId: z.string().nullable().describe("The instance that was heard of last."),
    role: z.string().nullable(),
    model: z.string().nullable(),
    skills: z.array(z.string()),
    tools: z.array(z.string()),
    status: z.enum(["active", "idle", "silent"]).describe("Silent: idle, and not heard of for 5 minutes."),
    currentTasks: z.array(z.string()),
    openRuns: count,
    lastTasks: z.array(
      z.object({ taskId: z.string(), taskType: z.string(), outcome: z.string(), durationSeconds: seconds, endedAt: moment }),
    ),
    succeeded: count.describe("Runs and tasks that ended well."),
    failed: count.describe("Runs and tasks that ended otherwise."),
    successRatio: share,
    errors: count,
    costUsd: usd,
    durationSeconds: percentiles.describe("How long its runs and tasks took."),
    firstSeenAt: moment,
    lastSeenAt: moment,
    silentSince: moment.nullable(),
  })
  .meta({ id: "Agent" });

export type AgentAnswer = z.output<typeof agentAnswer>;

/** Who is there and how each agent is doing: told by any event that names it. */
export const agentsView = defineView({
  summary: "Every agent: what it is, what it has in hand, what it did last, how well and how fast.",
  version: 1,
  // An alert is told about an agent, not by it: no sign of life.
  types: eventTypes.filter((type) => type !== "alert_fired" && type !== "alert_resolved"),
  query: z.strictObject({ service: z.string().optional(), agent: z.string().optional().describe("Name, or id.") }),
  answer: z.object({ agents: z.array(agentAnswer) }),
  initial: (): State => ({ agents: new Map(), assigned: new Map() }),
  apply(state, event, timeUnixMillis) {
    const agent = agentOf(state, event, timeUnixMillis);
    if (agent === undefined) return;
    agent.lastSeenMillis = Math.max(agent.lastSeenMillis, timeUnixMillis);
    if (event.agentId !== undefined) agent.agentId = event.agentId;
    applyTo(agent, event, timeUnixMillis, state);
  },
  read: ({ agents }, { service, agent: wanted }, now) => ({
    agents: [...agents.values()]
      .map((agent) => answerOf(agent, now))
      .filter((agent) => service === undefined || agent.service === service)
      .filter(({ id, name, agentId }) => wanted === undefined || [id, name, agentId].includes(wanted))
      .sort((one, other) => one.id.localeCompare(other.id)),
  }),
});

/** The agent that the event names; that of its task, where it names none. */
function agentOf(state: State, event: StoredEvent, timeUnixMillis: number): Agent | undefined {
  const key = event.agent === undefined ? ownerOf(state, event) : agentKey(event.source, event.agent);
  if (key === undefined) return undefined;
  return touch(state.agents, key, MAX_AGENTS, () => newAgent(key, event, timeUnixMillis));
}

function ownerOf({ agents, assigned }: State, { type, taskId }: StoredEvent): string | undefined {
  if (taskId === undefined || !endsTask(type)) return undefined;
  const owner = assigned.get(taskId);
  return owner !== undefined && agents.has(owner) ? owner : undefined;
}

function newAgent(key: string, { source, agent }: StoredEvent, timeUnixMillis: number): Agent {
  return {
    service: source,
    name: agent ?? key,
    agentId: undefined,
    role: undefined,
    model: undefined,
    skills: [],
    tools: [],
    runs: new Map(),
    tasks: new Map(),
    history: [],
    succeeded: 0,
    failed: 0,
    errors: 0,
    costUsd: 0,
    durations: newHistogram(),
    firstSeenMillis: timeUnixMillis,
    lastSeenMillis: timeUnixMillis,
  };
}

function applyTo(agent: Agent, event: StoredEvent, timeUnixMillis: number, state: State): void {
  switch (event.type) {
    case "agent_registered":
      agent.skills = event.data.skills ?? agent.skills;
      describe(agent, event.data);
      return;
    case "agent_started":
      describe(agent, event.data);
      putLast(agent.runs, runKey(event), true, MAX_OPEN);
      return;
    case "agent_completed":
      agent.runs.delete(runKey(event));
      return finish(agent, event.data.outcome, event.data.durationSeconds);
    case "task_assigned":
      return assign(agent, event.taskId as string, agentKey(event.source, event.agent as string), state);
    case "task_completed":
    case "task_failed":
      return endTask(agent, event, timeUnixMillis, state);
    case "error_raised":
      agent.errors += 1;
      return;
    case "model_called":
      agent.costUsd += event.data.costUsd ?? 0;
      agent.model = event.data.model;
      return;
  }
}

function describe(
  agent: Agent,
  data: { role?: string | undefined; model?: string | undefined; tools?: string[] | undefined },
): void {
  agent.role = data.role ?? agent.role;
  agent.model = data.model ?? agent.model;
  agent.tools = data.tools ?? agent.tools;
}

/** Given to somebody else, it is no longer in the first one's hands. */
function assign(agent: Agent, taskId: string, key: string, { agents, assigned }: State): void {
  const before = assigned.get(taskId);
  if (before !== undefined && before !== key) agents.get(before)?.tasks.delete(taskId);
  putLast(assigned, taskId, key, MAX_ASSIGNED);
  putLast(agent.tasks, taskId, true, MAX_OPEN);
}

function endTask(
  agent: Agent,
  event: Extract<StoredEvent, { type: "task_completed" | "task_failed" }>,
  endedUnixMillis: number,
  { agents, assigned }: State,
): void {
  const taskId = event.taskId as string;
  const outcome = event.type === "task_failed" ? event.data.outcome : "success";
  const { taskType, durationSeconds } = event.data;
  const owner = assigned.get(taskId);
  if (owner !== undefined) agents.get(owner)?.tasks.delete(taskId);
  assigned.delete(taskId);
  agent.tasks.delete(taskId);
  pushBounded(agent.history, { taskId, taskType, outcome, durationSeconds, endedUnixMillis }, HISTORY_TASKS);
  finish(agent, outcome, durationSeconds);
}

function finish(agent: Agent, outcome: string, durationSeconds: number): void {
  if (outcome === "success") agent.succeeded += 1;
  else agent.failed += 1;
  record(agent.durations, durationSeconds);
}

/** What ties the start of a run to its end; where the sender gave nothing, an agent has one run at a time. */
function runKey(event: StoredEvent): string {
  const kind = boundaryOf(event.type)?.kind;
  return (kind && operationKey(kind, event.source, event)) ?? "";
}

function endsTask(type: EventType): boolean {
  return type === "task_completed" || type === "task_failed";
}

function answerOf(agent: Agent, now: number): AgentAnswer {
  const isAtWork = agent.runs.size + agent.tasks.size > 0;
  const isSilent = !isAtWork && now - agent.lastSeenMillis > SILENT_MILLIS;
  return {
    id: `${agent.service}/${agent.name}`,
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
    successRatio: ratio(agent.succeeded, agent.succeeded + agent.failed),
    errors: agent.errors,
    costUsd: agent.costUsd,
    durationSeconds: percentilesOf(agent.durations),
    firstSeenAt: momentOf(agent.firstSeenMillis),
    lastSeenAt: momentOf(agent.lastSeenMillis),
    silentSince: isSilent ? momentOf(agent.lastSeenMillis) : null,
  };
}
