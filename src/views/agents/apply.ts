import { boundaryOf, operationKey } from "../../events/operations.ts";
import type { StoredEvent } from "../../events/types.ts";
import { agentKey } from "../../folds/agent-key.ts";
import { hasEndedEarly, noteEarlyEnd } from "../../folds/early-ends.ts";
import { putLast } from "../../folds/put-last.ts";
import { type Agent, describe, finish, heldBy, makeRoom, newAgent, remember, type State } from "./agent.ts";
import { end, give, putBack } from "./hands.ts";

/** Most agents that are followed, of all services together. */
const MAX_AGENTS = 5_000;
/** Most pieces of work that one agent can have open. */
const MAX_OPEN = 1_000;

/** What an event says of the agent that it names, and of those whose tasks it moves. */
export function applyEvent(state: State, event: StoredEvent, timeUnixMillis: number): void {
  if (event.type === "task_queued") {
    const holder = putBack(state.hands, event.taskId as string, timeUnixMillis);
    if (holder !== undefined) takeTask(state, holder, event.taskId as string);
  }
  const agent = agentOf(state, event, timeUnixMillis);
  if (agent === undefined) return;
  if (event.agentId !== undefined && timeUnixMillis >= agent.lastSeenMillis) agent.agentId = event.agentId;
  agent.firstSeenMillis = Math.min(agent.firstSeenMillis, timeUnixMillis);
  if (!isToldOfIt(event)) agent.lastSeenMillis = Math.max(agent.lastSeenMillis, timeUnixMillis);
  const heldBefore = heldBy(agent);
  applyTo(agent, event, timeUnixMillis, state);
  state.held += heldBy(agent) - heldBefore;
  makeRoom(state);
}

/** The agent that the event names; that of its task, where it names none. */
function agentOf(state: State, event: StoredEvent, timeUnixMillis: number): Agent | undefined {
  const key = event.agent === undefined ? ownerOf(state, event) : agentKey(event.source, event.agent);
  if (key === undefined) return undefined;
  const agent = state.agents.get(key) ?? newAgent(key, event, timeUnixMillis);
  for (const gone of putLast(state.agents, key, agent, MAX_AGENTS)) state.held -= heldBy(gone);
  return agent;
}

/** What somebody else says when an agent says nothing any more: no sign of life. */
function isToldOfIt({ data }: StoredEvent): boolean {
  return "outcome" in data && data.outcome === "abandoned";
}

function ownerOf({ agents, hands }: State, { type, taskId }: StoredEvent): string | undefined {
  if (taskId === undefined || (type !== "task_completed" && type !== "task_failed")) return undefined;
  const owner = hands.byTask.get(taskId)?.agent;
  return owner !== undefined && agents.has(owner) ? owner : undefined;
}

/** A task is no longer in the hands of the agent that had it. */
function takeTask(state: State, key: string, taskId: string): void {
  if (state.agents.get(key)?.tasks.delete(taskId) === true) state.held -= 1;
}

function applyTo(agent: Agent, event: StoredEvent, timeUnixMillis: number, state: State): void {
  switch (event.type) {
    case "agent_registered":
      agent.skills = event.data.skills ?? agent.skills;
      describe(agent, event.data);
      return;
    case "agent_started":
      describe(agent, event.data);
      return beginRun(agent, event, state);
    case "agent_completed":
      endRun(agent, event, state);
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

function beginRun(agent: Agent, event: StoredEvent, { earlyEndsMillis }: State): void {
  const key = runKey(event);
  if (!hasEndedEarly(earlyEndsMillis, key, event.timeUnixMillis)) putLast(agent.runs, key, true, MAX_OPEN);
}

function endRun(agent: Agent, event: StoredEvent, { earlyEndsMillis }: State): void {
  const key = runKey(event);
  if (!agent.runs.delete(key) && key !== "") noteEarlyEnd(earlyEndsMillis, key, event.timeUnixMillis);
}

/** Given to somebody else, it is no longer in the first one's hands. */
function assign(agent: Agent, taskId: string, key: string, sinceMillis: number, state: State): void {
  const { isGiven, from } = give(state.hands, taskId, key, sinceMillis);
  if (!isGiven) return;
  if (from !== undefined && from !== key) takeTask(state, from, taskId);
  putLast(agent.tasks, taskId, true, MAX_OPEN);
}

function endTask(
  agent: Agent,
  event: Extract<StoredEvent, { type: "task_completed" | "task_failed" }>,
  endedUnixMillis: number,
  state: State,
): void {
  const taskId = event.taskId as string;
  const outcome = event.type === "task_failed" ? event.data.outcome : "success";
  const { taskType, durationSeconds } = event.data;
  const owner = end(state.hands, taskId, endedUnixMillis);
  // Its own is counted with all else that the event changes of it.
  agent.tasks.delete(taskId);
  if (owner !== undefined) takeTask(state, owner, taskId);
  remember(agent.history, { taskId, taskType, outcome, durationSeconds, endedUnixMillis });
  agent.endedTasks += 1;
  finish(agent, outcome, durationSeconds);
}

/** What ties the start of a run to its end; where the sender gave nothing, an agent has one run at a time. */
function runKey(event: StoredEvent): string {
  const kind = boundaryOf(event.type)?.kind;
  return (kind && operationKey(kind, event.source, event)) ?? "";
}
