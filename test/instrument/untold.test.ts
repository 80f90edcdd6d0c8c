import { expect, it } from "vitest";
import type { EventInput, StoredEvent } from "../../src/events/types.ts";
import { BudgetLedger } from "../../src/folds/budget-ledger.ts";
import { Untold } from "../../src/instrument/untold.ts";
import { complete, NOON } from "../helpers/events.ts";

const set = (name: string): EventInput => ({ type: "budget_set", data: { kind: "agent", name, limitUsd: 1 } });
const call = (agent: string): EventInput => ({
  type: "model_called",
  agent,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd: 2 },
});

/** What would be told after a restart over these events, each heard of so many seconds after noon. */
function untoldAfter(...steps: readonly (readonly [heardSeconds: number, input: EventInput])[]) {
  const ledger = new BudgetLedger();
  const untold = new Untold();
  steps.forEach(([heardSeconds, input], index) => {
    const event: StoredEvent = {
      ...complete({ id: `event-${index}`, ...input }),
      seq: index + 1,
      receivedUnixMillis: NOON + heardSeconds * 1_000,
    };
    ledger.apply(event, undefined);
    untold.replayed(event, ledger.takeCrossings());
  });
  return untold;
}

it("tells what followed from the events of the last minute, and nothing of longer ago", () => {
  const untold = untoldAfter(
    [0, set("scribe")],
    [0, set("critic")],
    [1, call("scribe")],
    [50, call("critic")],
    [90, set("fixer")],
  );
  expect(untold.take()).toMatchObject([{ type: "budget_exceeded", agent: "critic" }]);
  expect(untold.take()).toEqual([]);
});

it("tells the same event each time, so that a store keeps it once", () => {
  const [first] = untoldAfter([0, set("scribe")], [1, call("scribe")]).take();
  const [again] = untoldAfter([0, set("scribe")], [1, call("scribe")]).take();
  expect(first?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(again?.id).toBe(first?.id);
  const [other] = untoldAfter([0, set("critic")], [1, call("critic")]).take();
  expect(other?.id).not.toBe(first?.id);
});
