import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { ThreadClient } from "../../../src/store/sqlite/thread-client.ts";
import type { Calculator } from "../../fixtures/calculator-thread.ts";

function startCalculator(mode: "works" | "cannot open"): ThreadClient<Calculator> {
  const thread = new Worker(new URL("../../fixtures/calculator-thread.ts", import.meta.url), { workerData: mode, execArgv: [] });
  onTestFinished(() => void thread.terminate());
  return new ThreadClient<Calculator>(thread, "calculator", "read_failed");
}

it("calls in order, and passes on what was thrown, with its code and its cause", async () => {
  const calculator = startCalculator("works");
  await calculator.opened;
  const answers = await Promise.allSettled([
    calculator.call("add", 1, 2),
    calculator.call("failWith", "bad_cursor"),
    calculator.call("add", 3, 4),
  ]);
  expect(answers).toEqual([
    { status: "fulfilled", value: 3 },
    {
      status: "rejected",
      reason: expect.objectContaining({
        name: "StoreError",
        code: "bad_cursor",
        message: "It failed.",
        cause: expect.objectContaining({ message: "SQLITE_FULL: the disk is full" }),
      }),
    },
    { status: "fulfilled", value: 7 },
  ]);
  await calculator.close();
});

it("gives an error that is none of the store's the code of the thread", async () => {
  const calculator = startCalculator("works");
  await expect(calculator.call("misbehave")).rejects.toMatchObject({ code: "read_failed", message: "odd" });
  await expect(calculator.call("notThere" as "misbehave")).rejects.toMatchObject({ message: /notThere/ });
  await calculator.close();
});

it("says why a thread could not begin, to whoever waits for it or called already", async () => {
  const calculator = startCalculator("cannot open");
  const early = calculator.call("add", 1, 2);
  for (const waiting of [calculator.opened, early]) {
    await expect(waiting).rejects.toMatchObject({ code: "cannot_open", message: "There is nothing to open." });
  }
  expect(calculator.ended).toBe(true);
  await expect(calculator.call("add", 1, 2)).rejects.toMatchObject({ code: "cannot_open" });
  await calculator.close();
});

it("rejects what waits when the thread crashes, with the reason, and everything after it", async () => {
  const calculator = startCalculator("works");
  await calculator.opened;
  const answers = await Promise.allSettled([calculator.call("crash"), calculator.call("add", 1, 2)]);
  const reason = expect.objectContaining({
    code: "read_failed",
    message: "The store's calculator thread ended before it had answered.",
  });
  expect(answers).toEqual([
    { status: "rejected", reason },
    { status: "rejected", reason },
  ]);
  await expect(calculator.call("add", 1, 2)).rejects.toMatchObject({
    cause: expect.objectContaining({ message: "out of the blue" }),
  });
  await calculator.close();
});

it("rejects what waits when the thread ends without a word", async () => {
  const calculator = startCalculator("works");
  await expect(calculator.call("exit")).rejects.toMatchObject({ code: "read_failed" });
  await calculator.close();
});

it("answers what was asked before it closes, and may be closed twice", async () => {
  const calculator = startCalculator("works");
  const answer = calculator.call("add", 20, 22);
  await Promise.all([calculator.close(), calculator.close()]);
  expect(await answer).toBe(42);
  await expect(calculator.call("add", 1, 2)).rejects.toMatchObject({ code: "read_failed" });
});
