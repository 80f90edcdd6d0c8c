import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { ThreadClient } from "../../../src/store/sqlite/thread-client.ts";
import { ThreadOnDemand } from "../../../src/store/sqlite/thread-on-demand.ts";
import type { Calculator } from "../../fixtures/calculator-thread.ts";

const AN_HOUR_MILLIS = 3_600_000;

/** A calculator that is there on demand, and every thread that was started for it. */
function calculatorOnDemand(idleMillis: number): { calculator: ThreadOnDemand<Calculator>; threads: Worker[] } {
  const threads: Worker[] = [];
  const calculator = new ThreadOnDemand<Calculator>(() => {
    const script = new URL("../../fixtures/calculator-thread.ts", import.meta.url);
    const thread = new Worker(script, { workerData: "works", execArgv: [] });
    threads.push(thread);
    return new ThreadClient(thread, "calculator", "read_failed");
  }, idleMillis);
  onTestFinished(() => calculator.close());
  return { calculator, threads };
}

it("starts a thread with the first call, and calls the same one as long as it is called", async () => {
  const { calculator, threads } = calculatorOnDemand(AN_HOUR_MILLIS);
  expect(threads).toHaveLength(0);
  expect(await calculator.client.call("add", 1, 2)).toBe(3);
  expect(await calculator.client.call("add", 3, 4)).toBe(7);
  expect(threads).toHaveLength(1);
});

it("lets the thread go once nobody has called for a while, and starts another with the next call", async () => {
  const { calculator, threads } = calculatorOnDemand(20);
  const answer = calculator.client.call("add", 1, 2);
  // A thread may be gone by the time its last answer is read.
  const gone = once(threads[0] as Worker, "exit");
  expect(await answer).toBe(3);
  await gone;
  expect(await calculator.client.call("add", 3, 4)).toBe(7);
  expect(threads).toHaveLength(2);
});

it("answers a call that takes longer than that", async () => {
  // No thread begins within a millisecond, so the call is still waiting when the time is over.
  const { calculator, threads } = calculatorOnDemand(1);
  expect(await calculator.client.call("add", 1, 2)).toBe(3);
  expect(threads).toHaveLength(1);
});

it("starts another where the last one crashed", async () => {
  const { calculator, threads } = calculatorOnDemand(AN_HOUR_MILLIS);
  await expect(calculator.client.call("exit")).rejects.toMatchObject({ code: "read_failed" });
  expect(await calculator.client.call("add", 1, 2)).toBe(3);
  expect(threads).toHaveLength(2);
});

it("is closed once every thread is gone, and may be closed twice, or without ever having been called", async () => {
  const { calculator, threads } = calculatorOnDemand(AN_HOUR_MILLIS);
  await calculator.close();
  let exits = 0;
  await calculator.client.call("add", 1, 2);
  threads[0]?.once("exit", () => {
    exits += 1;
  });
  await Promise.all([calculator.close(), calculator.close()]);
  expect(exits).toBe(1);
});
