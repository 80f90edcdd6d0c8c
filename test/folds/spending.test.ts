import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentEvent } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { allTokens, isSpending, isUnpriced, type SpendingEvent, spendingOf } from "../../src/folds/spending.ts";
import { complete } from "../helpers/events.ts";
import { exampleList } from "../helpers/examples.ts";

const model = { provider: "openai", model: "gpt-5" };
const call = (data: object): SpendingEvent =>
  complete({ type: "model_called", agent: "scribe", data: { ...model, outcome: "success", durationSeconds: 1, ...data } });
const sum = (data: object): SpendingEvent => complete({ type: "usage_reported", agent: "scribe", data: { ...model, ...data } });

describe("spending", () => {
  it("is told by calls and by sums of calls, and by nothing else", () => {
    const types = exampleList.map(({ full }) => complete(full)).filter(isSpending);
    expect(types.map(({ type }) => type)).toEqual(["model_called", "usage_reported"]);
  });

  it.each([
    ["a call", call],
    ["a sum of calls", sum],
  ])("of %s has tokens by kinds that do not overlap", (_name, make) => {
    const tokens = { inputTokens: 1_000, cacheReadTokens: 600, cacheWriteTokens: 100, outputTokens: 300, reasoningTokens: 120 };
    const spending = spendingOf(make({ ...tokens, costUsd: 0.5 }));
    expect(spending).toEqual({
      costUsd: 0.5,
      estimatedCostUsd: 0,
      inputTokens: 300,
      cacheReadTokens: 600,
      cacheWriteTokens: 100,
      outputTokens: 180,
      reasoningTokens: 120,
    });
    expect(allTokens(spending)).toBe(1_300);
  });

  it("is never fewer than no tokens, and no fewer than any part of them", () => {
    const count = fc.option(fc.nat(1_000), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          inputTokens: count,
          outputTokens: count,
          cacheReadTokens: count,
          cacheWriteTokens: count,
          reasoningTokens: count,
        }),
        (given) => {
          const { costUsd, estimatedCostUsd, ...tokens } = spendingOf(sum(given));
          expect(Math.min(...Object.values(tokens))).toBeGreaterThanOrEqual(0);
          expect(allTokens(tokens)).toBe(
            Math.max(given.inputTokens ?? 0, (given.cacheReadTokens ?? 0) + (given.cacheWriteTokens ?? 0)) +
              Math.max(given.outputTokens ?? 0, given.reasoningTokens ?? 0),
          );
        },
      ),
    );
  });

  it("knows an estimate from what was told, and what is not known from 0", () => {
    const costs = (event: SpendingEvent) => {
      const { costUsd, estimatedCostUsd } = spendingOf(event);
      return [costUsd, estimatedCostUsd];
    };
    expect(costs(call({ costUsd: 2, costIsEstimated: true }))).toEqual([2, 2]);
    expect(costs(call({ costUsd: 2, costIsEstimated: false }))).toEqual([2, 0]);
    expect(costs(call({ costUsd: 2 }))).toEqual([2, 0]);
    expect(costs(call({ costIsEstimated: true }))).toEqual([undefined, 0]);
    expect(costs(sum({ costUsd: 2 }))).toEqual([2, 0]);
    expect(costs(sum({ inputTokens: 5 }))).toEqual([undefined, 0]);
  });
});

describe("a budget", () => {
  const HOUR_MILLIS = 3_600_000;

  function spentOf(...events: readonly AgentEvent[]): (readonly [spentUsd: number, estimatedUsd: number])[] {
    const state = new FleetState();
    for (const event of [complete({ type: "budget_set", data: { kind: "day", limitUsd: 10 } }), ...events]) state.apply(event);
    return [...state.budgets.all()].map(({ spentUsd, estimatedSpentUsd }) => [spentUsd, estimatedSpentUsd]);
  }

  it("knows how much of what was spent is an estimate", () => {
    expect(spentOf(call({ costUsd: 2, costIsEstimated: true }), call({ costUsd: 1 }), sum({ costUsd: 4 }))).toEqual([[7, 2]]);
  });

  it("of a day begins anew after midnight, estimates too, and takes nothing of a day that is over", () => {
    const [first, second] = [call({ costUsd: 2, costIsEstimated: true }), call({ costUsd: 1, costIsEstimated: true })];
    const nextDay = { ...second, timeUnixMillis: second.timeUnixMillis + 13 * HOUR_MILLIS };
    expect(spentOf(first, nextDay, { ...first, id: "late" })).toEqual([[1, 1]]);
  });
});

it("a price is missing for an answered call that used tokens, and for no other", () => {
  const calls = [{ inputTokens: 5 }, { inputTokens: 5, outcome: "failure" }, { inputTokens: 5, costUsd: 0 }, {}];
  expect(calls.map((data) => isUnpriced(call(data)))).toEqual([true, false, false, false]);
  expect(isUnpriced(sum({ inputTokens: 5 }))).toBe(false);
});
