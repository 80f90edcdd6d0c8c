import { z } from "zod";
import { bytes, count, moment, momentOf, momentOrNull, seconds, share } from "../parts/answer.ts";
import { type Run, ratioOf } from "./run.ts";

/** What has not moved on for so long is stalled. */
const STALLED_MILLIS = 300_000;
/** Less than that of the way says too little of how long the rest takes. */
const MIN_WAY_RATIO = 0.05;

export const progressStatus = z.enum(["running", "stalled", "succeeded", "failed", "cancelled", "abandoned"]);

export const progressAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(["run", "task"]),
    name: z.string().nullable().describe("Of the workflow or the journey, or the task's type."),
    service: z.string(),
    agent: z.string().nullable().describe("The one that told of it last."),
    status: progressStatus.describe("Stalled: running, and nothing moved on for 5 minutes. All of the way counts as succeeded."),
    progressRatio: share.describe("What was told; else finished steps of all; null where nobody said how many there are."),
    currentStep: z.string().nullable().describe("The step that was begun last and has not ended."),
    stepsFinished: count.describe(
      "Completed or skipped; turns and nodes of agents only where the run tells of no steps of its own.",
    ),
    stepCount: count.nullable(),
    message: z.string().nullable(),
    attempt: count.nullable(),
    startedAt: moment,
    lastChangeAt: moment,
    endedAt: moment.nullable(),
    elapsedSeconds: seconds,
    remainingSeconds: seconds
      .nullable()
      .describe(
        "If the rest goes on as what was seen so far; null before 5 % of the way was seen, where it takes longer than that, and where it does not move.",
      ),
  })
  .meta({ id: "Progress" });

const step = z.object({
  step: z.string(),
  index: count.nullable(),
  status: z.enum(["started", "completed", "failed", "skipped"]),
  times: count.describe("How often it was begun."),
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  durationSeconds: seconds.nullable(),
  cpuSeconds: seconds.nullable(),
  peakRssBytes: bytes.nullable(),
  message: z.string().nullable(),
});

export const progressDetail = progressAnswer
  .extend({ history: z.array(step).describe("The last 50 steps, the one that was heard of last at the end.") })
  .meta({ id: "ProgressDetail" });

export function tellRun(run: Run, now: number): z.output<typeof progressAnswer> {
  const ratio = run.status === "succeeded" ? 1 : (ratioOf(run) ?? null);
  const status = statusAt(run, now);
  const endedMillis = run.endedMillis ?? (status === "succeeded" ? run.lastMillis : undefined);
  return {
    id: run.id,
    kind: run.kind,
    name: run.name ?? null,
    service: run.service,
    agent: run.agent ?? null,
    status,
    progressRatio: ratio,
    currentStep: endedMillis === undefined ? (run.current?.step ?? null) : null,
    stepsFinished: run.finishedSteps,
    stepCount: run.stepCount ?? null,
    message: run.message ?? null,
    attempt: run.attempt ?? null,
    startedAt: momentOf(run.startedMillis),
    lastChangeAt: momentOf(run.lastMillis),
    endedAt: momentOrNull(endedMillis),
    elapsedSeconds: Math.max(0, (endedMillis ?? now) - run.startedMillis) / 1_000,
    remainingSeconds: status === "running" ? remainingSeconds(run, now) : null,
  };
}

export function tellHistory({ steps }: Run): z.output<typeof step>[] {
  return [...steps.values()].map((one) => ({
    step: one.step,
    index: one.index ?? null,
    status: one.status,
    times: one.times,
    startedAt: momentOrNull(one.startedMillis),
    endedAt: momentOrNull(one.endedMillis),
    durationSeconds: one.durationSeconds ?? null,
    cpuSeconds: one.cpuSeconds ?? null,
    peakRssBytes: one.peakRssBytes ?? null,
    message: one.message ?? null,
  }));
}

function statusAt(run: Run, now: number): z.output<typeof progressStatus> {
  if (run.status === "waiting" || run.status === "running") {
    if (ratioOf(run) === 1) return "succeeded";
    return now - run.lastMillis > STALLED_MILLIS ? "stalled" : "running";
  }
  return run.status;
}

/** The way that was seen, and how long it took, gives a speed; the rest at that speed, less the time since it was last heard of. */
function remainingSeconds({ first, latest }: Run, now: number): number | null {
  if (first === undefined || latest === undefined) return null;
  const way = latest.ratio - first.ratio;
  const millis = latest.atMillis - first.atMillis;
  if (way < MIN_WAY_RATIO || millis <= 0) return null;
  const leftMillis = ((1 - latest.ratio) / way) * millis - (now - latest.atMillis);
  return leftMillis < 0 ? null : leftMillis / 1_000;
}
