import { type Crowsnest, createCrowsnest } from "crowsnest";
import { type BenchResult, compare, ratioResult } from "./measure.ts";
import { registerSdk } from "./spans.ts";

const TASKS_PER_ROUND = 100;
const ROUNDS = 40;
const WARM_UP_ROUNDS = 6;
const WORK_MILLIS = 1;

/** Agents that compute for a millisecond a task, with a task, a decision and a handoff around it, against the same without. */
export async function benchOverhead(): Promise<BenchResult[]> {
  const unregister = registerSdk();
  const crowsnest = await createCrowsnest({ service: "bench", port: "off", hostMetrics: false, signals: false });
  const iterations = calibrate();
  const result = await compare(
    () => tasks(() => instrumented(crowsnest, iterations)),
    () => tasks(() => plain(iterations)),
    ROUNDS,
    WARM_UP_ROUNDS,
  );
  await crowsnest.close();
  await unregister();
  return [ratioResult("agents with 1 ms of work a task", "µs per task", result.medianMicros, result.baselineMedianMicros, 1.02)];
}

async function tasks(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  for (let done = 0; done < TASKS_PER_ROUND; done += 1) await task();
  return ((performance.now() - startedAt) * 1_000) / TASKS_PER_ROUND;
}

async function plain(iterations: number): Promise<number> {
  const draft = await Promise.resolve(compute(iterations));
  const approved = await Promise.resolve(draft > 0);
  return await Promise.resolve(approved ? draft : 0);
}

function instrumented(crowsnest: Crowsnest, iterations: number): Promise<number> {
  return crowsnest.task({ agent: "scribe", type: "write_test" }, async () => {
    const draft = await Promise.resolve(compute(iterations));
    const approved = await crowsnest.decision({ agent: "critic", type: "approval" }, async (decision) =>
      decision.choose(draft > 0, { confidence: 0.9 }),
    );
    return crowsnest.handoff({ from: "scribe", to: "runner" }, async () => (approved ? draft : 0));
  });
}

/** Work that takes the same time on both sides: a fixed number of steps, found once for about a millisecond. */
function calibrate(): number {
  let iterations = 1_000;
  for (;;) {
    compute(iterations);
    const startedAt = performance.now();
    compute(iterations);
    if (performance.now() - startedAt >= WORK_MILLIS) return iterations;
    iterations = Math.ceil(iterations * 1.2);
  }
}

let sink = 1;
function compute(iterations: number): number {
  let value = sink;
  for (let step = 0; step < iterations; step += 1) value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
  sink = value;
  return value + 1;
}
