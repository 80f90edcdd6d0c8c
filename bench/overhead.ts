import { createHash } from "node:crypto";
import { type Crowsnest, createCrowsnest } from "crowsnest";
import { type BenchResult, compare, median, medianResult } from "./measure.ts";
import { registerSdk } from "./spans.ts";

const TASKS_PER_ROUND = 50;
const ROUNDS = 150;
const WARM_UP_ROUNDS = 6;
const WORK_MILLIS = 1;
const TASKS_TO_COMPILE = 20_000;

/** Agents that compute for a millisecond a task, with a task, a decision and a handoff around it, against the same without. */
export async function benchOverhead(): Promise<BenchResult[]> {
  const unregister = registerSdk();
  const crowsnest = await createCrowsnest({ service: "bench", port: "off", hostMetrics: false, signals: false });
  const rounds = calibrate();
  // Agents run for hours: what is measured is compiled code, so both sides get there before the clock starts.
  for (let task = 0; task < TASKS_TO_COMPILE; task += 1) {
    await instrumented(crowsnest, 10);
    await plain(10);
  }
  const result = await compare(
    () => tasks(() => instrumented(crowsnest, rounds)),
    () => tasks(() => plain(rounds)),
    ROUNDS,
    WARM_UP_ROUNDS,
  );
  await crowsnest.close();
  await unregister();
  return [medianResult("agents with 1 ms of work a task", "µs per task", result, 1.02)];
}

async function tasks(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  for (let done = 0; done < TASKS_PER_ROUND; done += 1) await task();
  return ((performance.now() - startedAt) * 1_000) / TASKS_PER_ROUND;
}

async function plain(rounds: number): Promise<number> {
  const draft = await Promise.resolve(compute(rounds));
  const approved = await Promise.resolve(draft >= 0);
  return await Promise.resolve(approved ? draft : 0);
}

function instrumented(crowsnest: Crowsnest, rounds: number): Promise<number> {
  return crowsnest.task({ agent: "scribe", type: "write_test" }, async () => {
    const draft = await Promise.resolve(compute(rounds));
    const approved = await crowsnest.decision({ agent: "critic", type: "approval" }, async (decision) =>
      decision.choose(draft >= 0, { confidence: 0.9 }),
    );
    return crowsnest.handoff({ from: "scribe", to: "runner" }, async () => (approved ? draft : 0));
  });
}

/** How often the block has to be hashed for about a millisecond. */
function calibrate(): number {
  let rounds = 50;
  for (;;) {
    const millis = median(Array.from({ length: 31 }, () => timeOf(rounds)));
    if (millis >= WORK_MILLIS) return rounds;
    rounds = Math.ceil(rounds * Math.min(2, (1.02 * WORK_MILLIS) / millis));
  }
}

function timeOf(rounds: number): number {
  const startedAt = performance.now();
  compute(rounds);
  return performance.now() - startedAt;
}

const block = Buffer.alloc(16 * 1_024, "work");

/** Native code on a block that stays in the cache: the compiler cannot make it faster on one of the two sides. */
function compute(rounds: number): number {
  const hash = createHash("sha256");
  for (let round = 0; round < rounds; round += 1) hash.update(block);
  return hash.digest()[0] as number;
}
