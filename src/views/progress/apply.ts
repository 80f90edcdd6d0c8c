import type { EventOf, EventType, StoredEvent } from "../../events/types.ts";
import { touch } from "../../folds/put-last.ts";
import { statusOf } from "../workflows/graph.ts";
import { beginStep, endStep, newRun, noteReached, type Run, stepOf } from "./run.ts";

/** Most runs and tasks that are kept; the one that was heard of longest ago gives way. */
export const MAX_RUNS = 2_000;

/** Runs and tasks by their kind and id. */
export type Runs = Map<string, Run>;

export const progressTypes = [
  "workflow_started",
  "workflow_completed",
  "workflow_failed",
  "step_progressed",
  "task_queued",
  "task_assigned",
  "task_progressed",
  "task_completed",
  "task_failed",
  "journey_executed",
] as const satisfies readonly EventType[];

export function applyProgress(runs: Runs, event: StoredEvent, timeUnixMillis: number): void {
  switch (event.type) {
    case "workflow_started":
      return start(runs, event, timeUnixMillis);
    case "step_progressed":
      return step(runs, event, timeUnixMillis);
    case "task_queued":
    case "task_assigned":
      return tryAgain(runs, event, timeUnixMillis);
    case "task_progressed":
      return progress(runs, event, timeUnixMillis);
    case "workflow_completed":
      return end(runs, "run", event.workflowId, { outcome: "success", name: event.data.name }, timeUnixMillis);
    case "workflow_failed":
      return end(runs, "run", event.workflowId, event.data, timeUnixMillis);
    case "task_completed":
      return end(runs, "task", event.taskId, { outcome: "success", name: event.data.taskType }, timeUnixMillis);
    case "task_failed":
      return end(runs, "task", event.taskId, { outcome: event.data.outcome, name: event.data.taskType }, timeUnixMillis);
    case "journey_executed":
      return end(runs, "run", event.data.runId, { outcome: event.data.outcome, name: event.data.journey }, timeUnixMillis);
  }
}

export function keyOf(kind: Run["kind"], id: string): string {
  return `${kind} ${id}`;
}

/** What begins under an id that is known begins anew: a run that is tried again. */
function start(runs: Runs, { workflowId, source, agent, data }: EventOf<"workflow_started">, timeUnixMillis: number): void {
  const id = workflowId as string;
  const known = runs.get(keyOf("run", id));
  if (known !== undefined && isLate(known, timeUnixMillis)) {
    known.name = data.name;
    known.startedMillis = Math.min(known.startedMillis, timeUnixMillis);
    known.first = { ratio: 0, atMillis: timeUnixMillis };
    return;
  }
  runs.delete(keyOf("run", id));
  const run = runOf(runs, "run", id, source, timeUnixMillis);
  run.name = data.name;
  run.agent = agent;
  run.first = { ratio: 0, atMillis: timeUnixMillis };
}

/** Where several processes tell of one run, its start may come after its first steps. */
function isLate({ endedMillis, lastMillis }: Run, timeUnixMillis: number): boolean {
  return endedMillis === undefined ? timeUnixMillis <= lastMillis : timeUnixMillis < endedMillis;
}

function step(runs: Runs, event: EventOf<"step_progressed">, timeUnixMillis: number): void {
  const { data } = event;
  const runId = data.runId ?? event.workflowId;
  const id = runId ?? event.taskId;
  if (id === undefined) return;
  const run = runOf(runs, runId === undefined ? "task" : "run", id, event.source, timeUnixMillis);
  const one = stepOf(run, data.step, data.stepIndex, data.runId !== undefined || data.stepCount !== undefined);
  const status = data.status ?? "started";
  if (status === "started") beginStep(run, one, timeUnixMillis);
  else endStep(run, one, status, data.durationSeconds, timeUnixMillis);
  one.cpuSeconds = data.cpuSeconds ?? one.cpuSeconds;
  one.peakRssBytes = data.peakRssBytes ?? one.peakRssBytes;
  one.message = data.message ?? one.message;
  run.stepCount = data.stepCount ?? run.stepCount;
  hear(run, event.agent, data, timeUnixMillis);
}

/** A task says which step it is at, so the one before has ended. */
function progress(runs: Runs, event: EventOf<"task_progressed">, timeUnixMillis: number): void {
  const { data } = event;
  const run = runOf(runs, "task", event.taskId as string, event.source, timeUnixMillis);
  run.name = data.taskType ?? run.name;
  run.attempt = data.attempt ?? run.attempt;
  if (data.step !== undefined && data.step !== run.current?.step) {
    if (run.current !== undefined) endStep(run, run.current, "completed", undefined, timeUnixMillis);
    beginStep(run, stepOf(run, data.step, undefined, false), timeUnixMillis);
  }
  hear(run, event.agent, data, timeUnixMillis);
}

/** A task that is queued or given to an agent after its end begins anew; others are followed once they move on. */
function tryAgain(runs: Runs, { taskId, source, data }: EventOf<"task_queued" | "task_assigned">, timeUnixMillis: number): void {
  const key = keyOf("task", taskId as string);
  if (timeUnixMillis < (runs.get(key)?.endedMillis ?? Number.POSITIVE_INFINITY)) return;
  runs.delete(key);
  runOf(runs, "task", taskId as string, source, timeUnixMillis).name = data.taskType;
}

function end(
  runs: Runs,
  kind: Run["kind"],
  id: string | undefined,
  { outcome, name }: { outcome: string; name: string },
  timeUnixMillis: number,
): void {
  const run = id === undefined ? undefined : runs.get(keyOf(kind, id));
  if (run === undefined) return;
  run.status = statusOf(outcome);
  run.name ??= name;
  run.endedMillis = timeUnixMillis;
  run.lastMillis = Math.max(run.lastMillis, timeUnixMillis);
  run.current = undefined;
}

function runOf(runs: Runs, kind: Run["kind"], id: string, service: string, timeUnixMillis: number): Run {
  return touch(runs, keyOf(kind, id), MAX_RUNS, () => newRun(kind, id, service, timeUnixMillis));
}

function hear(
  run: Run,
  agent: string | undefined,
  { progressRatio, message }: { progressRatio?: number | undefined; message?: string | undefined },
  timeUnixMillis: number,
): void {
  run.agent = agent ?? run.agent;
  run.message = message ?? run.message;
  // What was told late is not how far it is.
  if (progressRatio !== undefined && timeUnixMillis >= (run.told?.atMillis ?? timeUnixMillis)) {
    run.told = { ratio: progressRatio, atMillis: timeUnixMillis };
  }
  run.startedMillis = Math.min(run.startedMillis, timeUnixMillis);
  run.lastMillis = Math.max(run.lastMillis, timeUnixMillis);
  noteReached(run, timeUnixMillis);
}
