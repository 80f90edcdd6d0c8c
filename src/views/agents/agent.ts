import type { StoredEvent } from "../../events/types.ts";
import type { EarlyEnds } from "../../folds/early-ends.ts";
import { type Histogram, newHistogram, record } from "../parts/histogram.ts";
import type { Hands } from "./hands.ts";

/** Most tasks of one agent that are remembered once they ended, the last ones. */
const HISTORY_TASKS = 10;
/**
 * Most runs, tasks, skills and tools of all agents together, of which one agent may have thousands; and what is left once that is too
 * much.
 */
const MAX_HELD = 250_000;
const LEFT_HELD = MAX_HELD * (7 / 8);

/** What is known of one agent of one service. */
export interface Agent {
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
  /** By when they ended, each task once. */
  readonly history: FinishedTask[];
  succeeded: number;
  failed: number;
  /** Of these, tasks. */
  endedTasks: number;
  errors: number;
  costUsd: number;
  readonly durations: Histogram;
  firstSeenMillis: number;
  lastSeenMillis: number;
}

/** A task as it ended. */
interface FinishedTask {
  readonly taskId: string;
  readonly taskType: string;
  readonly outcome: string;
  readonly durationSeconds: number;
  readonly endedUnixMillis: number;
}

export interface State {
  /** By service and name. */
  readonly agents: Map<string, Agent>;
  readonly hands: Hands;
  /** Of runs. */
  readonly earlyEndsMillis: EarlyEnds;
  /** Runs, tasks, skills and tools of all of them. */
  held: number;
}

/** An agent as of the first event that names it. */
export function newAgent(key: string, { source, agent }: StoredEvent, timeUnixMillis: number): Agent {
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
    endedTasks: 0,
    errors: 0,
    costUsd: 0,
    durations: newHistogram(),
    firstSeenMillis: timeUnixMillis,
    lastSeenMillis: timeUnixMillis,
  };
}

/** What it says of itself, as it said it last. */
export function describe(
  agent: Agent,
  data: { role?: string | undefined; model?: string | undefined; tools?: string[] | undefined },
): void {
  agent.role = data.role ?? agent.role;
  agent.model = data.model ?? agent.model;
  agent.tools = data.tools ?? agent.tools;
}

/** How many runs, tasks, skills and tools of it there are. */
export function heldBy({ runs, tasks, skills, tools }: Agent): number {
  return runs.size + tasks.size + skills.length + tools.length;
}

/** Where all agents together have too much, those that were heard of longest ago are known by less. */
export function makeRoom(state: State): void {
  if (state.held <= MAX_HELD) return;
  for (const agent of state.agents.values()) {
    if (state.held <= LEFT_HELD) return;
    state.held -= heldBy(agent);
    agent.runs.clear();
    agent.tasks.clear();
    agent.skills = [];
    agent.tools = [];
  }
}

/** By when tasks ended, as their ends may be told in another order. One that was tried again stands where it ended last. */
export function remember(history: FinishedTask[], task: FinishedTask): void {
  const before = history.findIndex(({ taskId }) => taskId === task.taskId);
  const known = history[before];
  if (known !== undefined && known.endedUnixMillis > task.endedUnixMillis) return;
  if (known !== undefined) history.splice(before, 1);
  const place = history.findLastIndex(({ endedUnixMillis }) => endedUnixMillis <= task.endedUnixMillis) + 1;
  history.splice(place, 0, task);
  if (history.length > HISTORY_TASKS) history.shift();
}

/** A run or a task of it ended. */
export function finish(agent: Agent, outcome: string, durationSeconds: number): void {
  if (outcome === "success") agent.succeeded += 1;
  else agent.failed += 1;
  record(agent.durations, durationSeconds);
}
