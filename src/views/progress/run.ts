import { touch } from "../../folds/put-last.ts";
import type { Status } from "../workflows/graph.ts";

/** Most steps of one run that are kept; the one that was heard of longest ago gives way. */
const MAX_STEPS = 50;

export type StepStatus = "started" | "completed" | "failed" | "skipped";

export interface Step {
  readonly step: string;
  readonly index: number | undefined;
  /** Whether it is one of those that the run is made of. */
  isCounted: boolean;
  status: StepStatus;
  /** How often it was begun. */
  times: number;
  startedMillis: number | undefined;
  endedMillis: number | undefined;
  durationSeconds: number | undefined;
  cpuSeconds: number | undefined;
  peakRssBytes: number | undefined;
  message: string | undefined;
}

/** How far something was at a moment. */
interface Reached {
  readonly ratio: number;
  readonly atMillis: number;
}

/** A run or a task on its way. */
export interface Run {
  readonly id: string;
  readonly kind: "run" | "task";
  readonly service: string;
  name: string | undefined;
  agent: string | undefined;
  status: Status;
  startedMillis: number;
  lastMillis: number;
  endedMillis: number | undefined;
  message: string | undefined;
  attempt: number | undefined;
  readonly steps: Map<string, Step>;
  /** The step that was begun last and has not ended. */
  current: Step | undefined;
  stepCount: number | undefined;
  /** Whether some steps were told as the run's own; the others then do not count. */
  hasOwnSteps: boolean;
  finishedSteps: number;
  /** The furthest step that was begun, counted from 0. */
  furthestIndex: number | undefined;
  /** What somebody said, rather than what steps come to. */
  told: Reached | undefined;
  /** Where it stood when it was first known how far it is, and where it stands. */
  first: Reached | undefined;
  latest: Reached | undefined;
}

export function newRun(kind: Run["kind"], id: string, service: string, timeUnixMillis: number): Run {
  return {
    id,
    kind,
    service,
    name: undefined,
    agent: undefined,
    status: "running",
    startedMillis: timeUnixMillis,
    lastMillis: timeUnixMillis,
    endedMillis: undefined,
    message: undefined,
    attempt: undefined,
    steps: new Map(),
    current: undefined,
    stepCount: undefined,
    hasOwnSteps: false,
    finishedSteps: 0,
    furthestIndex: undefined,
    told: undefined,
    first: undefined,
    latest: undefined,
  };
}

/**
 * A step of a run, as it is known by now.
 *
 * @param isOwn whether it is the run's by its own account: agents tell of turns and nodes of theirs while a run goes on, and these are
 * not what it is made of
 */
export function stepOf(run: Run, name: string, index: number | undefined, isOwn: boolean): Step {
  if (isOwn && !run.hasOwnSteps) countAnew(run);
  return touch(run.steps, `${index ?? ""} ${name}`, MAX_STEPS, () => ({
    step: name,
    index,
    isCounted: isOwn || !run.hasOwnSteps,
    status: "started" as const,
    times: 0,
    startedMillis: undefined,
    endedMillis: undefined,
    durationSeconds: undefined,
    cpuSeconds: undefined,
    peakRssBytes: undefined,
    message: undefined,
  }));
}

/** With its first own step it is known that those before it were none. */
function countAnew(run: Run): void {
  run.hasOwnSteps = true;
  run.finishedSteps = 0;
  run.furthestIndex = undefined;
  for (const step of run.steps.values()) step.isCounted = false;
}

export function beginStep(run: Run, step: Step, timeUnixMillis: number): void {
  if (step.index !== undefined && step.isCounted) run.furthestIndex = Math.max(run.furthestIndex ?? 0, step.index);
  // Told late: its end is known already.
  if (step.endedMillis !== undefined && timeUnixMillis <= step.endedMillis) {
    step.startedMillis ??= timeUnixMillis;
    return;
  }
  if (isFinished(step)) run.finishedSteps -= 1;
  step.status = "started";
  step.times += 1;
  step.startedMillis = timeUnixMillis;
  step.endedMillis = undefined;
  step.durationSeconds = undefined;
  run.current = step;
}

export function endStep(
  run: Run,
  step: Step,
  status: Exclude<StepStatus, "started">,
  durationSeconds: number | undefined,
  timeUnixMillis: number,
): void {
  const wasFinished = isFinished(step);
  step.status = status;
  step.times = Math.max(1, step.times);
  step.startedMillis ??= durationSeconds === undefined ? undefined : timeUnixMillis - durationSeconds * 1_000;
  step.endedMillis = timeUnixMillis;
  step.durationSeconds =
    durationSeconds ?? (step.startedMillis === undefined ? undefined : Math.max(0, timeUnixMillis - step.startedMillis) / 1_000);
  run.finishedSteps += Number(isFinished(step)) - Number(wasFinished);
  if (step.startedMillis !== undefined) run.startedMillis = Math.min(run.startedMillis, step.startedMillis);
  if (run.current === step) run.current = [...run.steps.values()].findLast(({ status: other }) => other === "started");
}

/** Whether it is one more of the steps that are done; what failed is not done. */
function isFinished({ status, isCounted }: Step): boolean {
  return isCounted && (status === "completed" || status === "skipped");
}

/**
 * How far it is: what was told; else finished steps of all; else, where only beginnings are told, the steps before the furthest one of
 * all. Undefined where nobody said how many steps there are.
 */
export function ratioOf(run: Run): number | undefined {
  if (run.told !== undefined) return run.told.ratio;
  if (run.stepCount === undefined || run.stepCount === 0) return undefined;
  return Math.min(1, (run.finishedSteps > 0 ? run.finishedSteps : (run.furthestIndex ?? 0)) / run.stepCount);
}

/** Remembers how far it is now, which the estimate is made from. */
export function noteReached(run: Run, atMillis: number): void {
  const ratio = ratioOf(run);
  if (ratio === undefined || ratio === run.latest?.ratio) return;
  run.latest = { ratio, atMillis };
  // What begins anew, or goes back, is estimated anew.
  if (run.first === undefined || ratio < run.first.ratio) run.first = run.latest;
}
