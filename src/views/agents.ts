import { z } from "zod";
import { eventTypes } from "../events/families.ts";
import { boundaryOf, operationKey } from "../events/operations.ts";
import type { EventType, StoredEvent } from "../events/types.ts";
import { agentKey } from "../folds/agent-key.ts";
import { putLast, touch } from "../folds/put-last.ts";
import { count, moment, momentOf, percentiles, percentilesOf, seconds, share, usd } from "./parts/answer.ts";
import { ratio } from "./parts/bounded-map.ts";
import { end, give, type Hands, newHands, putBack } from "./parts/hands.ts";
import { type Histogram, newHistogram, record } from "./parts/histogram.ts";
import { byId, nextCursor, pageOf, pageQuery } from "./parts/page.ts";
import { defineView } from "./view.ts";

/** Most agents that are followed, of all services together. */
const MAX_AGENTS = 5_000;
/** Most pieces of work that one agent can have open. */
const MAX_OPEN = 1_000;
/** Most runs of one agent that ended before their start was told. */
const MAX_EARLY_ENDS = 10;
const HISTORY_TASKS = 10;
/** As the alert on agents that have work and say nothing has it. */
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
  /** Runs whose end was told and whose start was not: what comes later does not begin them. */
  readonly earlyEnds: Map<string, true>;
  /** By when they ended, each task once. */
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
  readonly hands: Hands;
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

/** Who is there and how each agent is doing: told by any event that names it. */
export const agentsView = defineView({
  summary: "Every agent: what it is, what it has in hand, what it did last, how well and how fast.",
  version: 3,
  // An alert is told about an agent, not by it: no sign of life.
  types: eventTypes.filter((type) => type !== "alert_fired" && type !== "alert_resolved"),
  query: z.strictObject({ service: z.string().optional(), agent: z.string().optional().describe("Name, or id."), ...pageQuery }),
  answer: z.object({ agents: z.array(agentAnswer), nextCursor }),
  initial: (): State => ({ agents: new Map(), hands: newHands() }),
  apply(state, event, timeUnixMillis) {
    if (event.type === "task_queued") {
      const holder = putBack(state.hands, event.taskId as string, timeUnixMillis);
      if (holder !== undefined) state.agents.get(holder)?.tasks.delete(event.taskId as string);
    }
    const agent = agentOf(state, event, timeUnixMillis);
    if (agent === undefined) return;
    if (event.agentId !== undefined && timeUnixMillis >= agent.lastSeenMillis) agent.agentId = event.agentId;
    agent.firstSeenMillis = Math.min(agent.firstSeenMillis, timeUnixMillis);
    if (!isToldOfIt(event)) agent.lastSeenMillis = Math.max(agent.lastSeenMillis, timeUnixMillis);
    applyTo(agent, event, timeUnixMillis, state);
  },
  read({ agents }, { service, agent: wanted, ...asked }, now) {
    const all = Array.from(agents, ([id, agent]) => ({ id, agent }))
      .filter(({ agent }) => service === undefined || agent.service === service)
      .filter(({ id, agent: { name, agentId } }) => wanted === undefined || [id, name, agentId].includes(wanted))
      .sort(byId);
    const { page, ...next } = pageOf(all, asked);
    return { agents: page.map(({ agent }) => answerOf(agent, now)), ...next };
  },
});

/** The agent that the event names; that of its task, where it names none. */
function agentOf(state: State, event: StoredEvent, timeUnixMillis: number): Agent | undefined {
  const key = event.agent === undefined ? ownerOf(state, event) : agentKey(event.source, event.agent);
  if (key === undefined) return undefined;
  return touch(state.agents, key, MAX_AGENTS, () => newAgent(key, event, timeUnixMillis));
}

/** What somebody else says when an agent says nothing any more: no sign of life. */
function isToldOfIt({ data }: StoredEvent): boolean {
  return "outcome" in data && data.outcome === "abandoned";
}

function ownerOf({ agents, hands }: State, { type, taskId }: StoredEvent): string | undefined {
  if (taskId === undefined || !endsTask(type)) return undefined;
  const owner = hands.byTask.get(taskId)?.agent;
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
    earlyEnds: new Map(),
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
      if (!agent.earlyEnds.delete(runKey(event))) putLast(agent.runs, runKey(event), true, MAX_OPEN);
      return;
    case "agent_completed":
      endRun(agent, runKey(event));
      return finish(agent, event.data.outcome, event.data.durationSeconds);
    case "task_assigned":
      return assign(agent, event.taskId as string, agentKey(event.source, event.agent as string), timeUnixMillis, state);
    case "task_completed":
    case "task_failed":
      return endTask(agent, event, timeUnixMillis, state);
    case "error_raised":
      agent.errors += 1;
      return;
    case "model_called":
    case "usage_reported":
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

function endRun(agent: Agent, key: string): void {
  if (agent.runs.delete(key) || key === "") return;
  putLast(agent.earlyEnds, key, true, MAX_EARLY_ENDS);
}

/** Given to somebody else, it is no longer in the first one's hands. */
function assign(agent: Agent, taskId: string, key: string, sinceMillis: number, { agents, hands }: State): void {
  const { isGiven, from } = give(hands, taskId, key, sinceMillis);
  if (!isGiven) return;
  if (from !== undefined && from !== key) agents.get(from)?.tasks.delete(taskId);
  putLast(agent.tasks, taskId, true, MAX_OPEN);
}

function endTask(
  agent: Agent,
  event: Extract<StoredEvent, { type: "task_completed" | "task_failed" }>,
  endedUnixMillis: number,
  { agents, hands }: State,
): void {
  const taskId = event.taskId as string;
  const outcome = event.type === "task_failed" ? event.data.outcome : "success";
  const { taskType, durationSeconds } = event.data;
  const owner = end(hands, taskId, endedUnixMillis);
  if (owner !== undefined) agents.get(owner)?.tasks.delete(taskId);
  agent.tasks.delete(taskId);
  remember(agent.history, { taskId, taskType, outcome, durationSeconds, endedUnixMillis });
  finish(agent, outcome, durationSeconds);
}

/** By when tasks ended, as their ends may be told in another order. One that was tried again stands where it ended last. */
function remember(history: FinishedTask[], task: FinishedTask): void {
  const before = history.findIndex(({ taskId }) => taskId === task.taskId);
  const known = history[before];
  if (known !== undefined && known.endedUnixMillis > task.endedUnixMillis) return;
  if (known !== undefined) history.splice(before, 1);
  const place = history.findLastIndex(({ endedUnixMillis }) => endedUnixMillis <= task.endedUnixMillis) + 1;
  history.splice(place, 0, task);
  if (history.length > HISTORY_TASKS) history.shift();
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
  const isSilent = now - agent.lastSeenMillis >= SILENT_MILLIS;
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
