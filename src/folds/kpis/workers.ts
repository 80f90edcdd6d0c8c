import { boundaryOf, operationKey } from "../../events/operations.ts";
import type { AgentEvent } from "../../events/types.ts";
import { agentKey } from "../agent-key.ts";
import { type Ends, isOver, noteEnd } from "../ends.ts";
import { putLast, touch } from "../put-last.ts";
import { isSignOfLife } from "../sign-of-life.ts";
import type { KpiTaker } from "./taker.ts";

/** Most agents that are followed; those that were heard of longest ago give way. */
const MAX_WORKERS = 5_000;
/** Most runs, and most tasks, that are open at once; the oldest give way. */
const MAX_OPEN = 20_000;

/** One agent of one service, and its time at work. */
export interface Worker {
  readonly name: string;
  firstMillis: number;
  lastMillis: number;
  /** Runs and tasks that it has and has not finished. */
  open: number;
  /** Since when it has been at work, where anything is open. */
  busySinceMillis: number;
  /** Up to where its time at work was told. */
  toldUntilMillis: number;
}

/** Plain data, so that it can stand in a view's state. */
export interface Workers {
  /** By service and name. */
  readonly byName: Map<string, Worker>;
  readonly runs: Map<string, Worker>;
  readonly tasks: Map<string, Worker>;
  readonly ends: Ends;
}

export function newWorkers(): Workers {
  return { byName: new Map(), runs: new Map(), tasks: new Map(), ends: new Map() };
}

/**
 * Follows who is at work. Time is told when an agent has finished all that it had, as one stretch; work that is told only after the
 * fact (a run without a start, a model call outside of any run) adds what is not covered yet.
 */
export function applyToWorkers(workers: Workers, event: AgentEvent, unixMillis: number, taker: KpiTaker): void {
  if (!isSignOfLife(event.type)) return;
  const worker = event.agent === undefined ? undefined : hear(workers, agentKey(event.source, event.agent), unixMillis, taker);
  switch (event.type) {
    case "agent_started":
      return start(workers, workers.runs, event, worker, unixMillis, taker);
    case "task_assigned":
      return start(workers, workers.tasks, event, worker, unixMillis, taker);
    case "agent_completed":
      return end(workers, workers.runs, event, worker, unixMillis, taker);
    case "task_completed":
    case "task_failed":
      return end(workers, workers.tasks, event, worker, unixMillis, taker);
    case "model_called":
    case "tool_called":
    case "decision_made":
      if (worker !== undefined) tell(worker, event.data.durationSeconds ?? 0, unixMillis, taker);
  }
}

function hear({ byName }: Workers, name: string, unixMillis: number, taker: KpiTaker): Worker {
  const worker = touch(byName, name, MAX_WORKERS, () => newWorker(name, unixMillis));
  if (unixMillis < worker.firstMillis) worker.firstMillis = unixMillis;
  if (unixMillis > worker.lastMillis) worker.lastMillis = unixMillis;
  taker.heard(worker, unixMillis);
  return worker;
}

function newWorker(name: string, unixMillis: number): Worker {
  return {
    name,
    firstMillis: unixMillis,
    lastMillis: unixMillis,
    open: 0,
    busySinceMillis: 0,
    toldUntilMillis: Number.NEGATIVE_INFINITY,
  };
}

type Start = Extract<AgentEvent, { type: "agent_started" | "task_assigned" }>;
type End = Extract<AgentEvent, { type: "agent_completed" | "task_completed" | "task_failed" }>;

function start(
  { ends }: Workers,
  open: Map<string, Worker>,
  event: Start,
  worker: Worker | undefined,
  unixMillis: number,
  taker: KpiTaker,
): void {
  const key = keyOf(event);
  if (key === undefined || worker === undefined || isOver(ends, key, event.timeUnixMillis)) return;
  // Begun anew, or given to somebody else.
  finish(open, key, unixMillis, taker);
  if (worker.open === 0) worker.busySinceMillis = unixMillis;
  worker.open += 1;
  for (const gone of putLast(open, key, worker, MAX_OPEN)) rest(gone, unixMillis, taker);
}

function end(
  { ends }: Workers,
  open: Map<string, Worker>,
  event: End,
  worker: Worker | undefined,
  unixMillis: number,
  taker: KpiTaker,
): void {
  const key = keyOf(event);
  const wasOpen = key !== undefined && finish(open, key, unixMillis, taker);
  if (key !== undefined) noteEnd(ends, key, event.timeUnixMillis, wasOpen);
  if (!wasOpen && worker !== undefined) tell(worker, event.data.durationSeconds, unixMillis, taker);
}

function finish(open: Map<string, Worker>, key: string, unixMillis: number, taker: KpiTaker): boolean {
  const worker = open.get(key);
  if (worker === undefined) return false;
  open.delete(key);
  rest(worker, unixMillis, taker);
  return true;
}

/** One piece of its work is over. */
function rest(worker: Worker, unixMillis: number, taker: KpiTaker): void {
  worker.open -= 1;
  if (worker.open === 0) cover(worker, worker.busySinceMillis, unixMillis, taker);
}

/** Work whose start nobody saw. Where the agent is at work anyway, it may have been so for longer than was known. */
function tell(worker: Worker, durationSeconds: number, unixMillis: number, taker: KpiTaker): void {
  const from = unixMillis - durationSeconds * 1_000;
  if (from < worker.firstMillis) worker.firstMillis = from;
  if (worker.open === 0 || unixMillis < worker.busySinceMillis) return cover(worker, from, unixMillis, taker);
  worker.busySinceMillis = Math.min(worker.busySinceMillis, from);
}

function cover(worker: Worker, fromMillis: number, toMillis: number, taker: KpiTaker): void {
  const from = Math.max(fromMillis, worker.toldUntilMillis);
  if (toMillis <= from) return;
  worker.toldUntilMillis = toMillis;
  worker.lastMillis = Math.max(worker.lastMillis, toMillis);
  taker.worked(worker, from, toMillis);
}

function keyOf(event: Start | End): string | undefined {
  const boundary = boundaryOf(event.type);
  return boundary && operationKey(boundary.kind, event.source, event);
}
