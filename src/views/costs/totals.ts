import { z } from "zod";
import { isUnpriced, type Spending, type SpendingEvent, spendingOf } from "../../folds/spending.ts";
import { count, tokens, usd } from "../parts/answer.ts";

/** What the use of models came to. Tokens by kind, and the kinds do not overlap: their sum is all tokens. */
export interface Totals extends Record<keyof Spending, number> {
  calls: number;
  unpricedCalls: number;
}

export const totalsAnswer = z.object({
  calls: count.describe("Calls that were told one by one; those within a sum are not known."),
  unpricedCalls: count.describe("Answered calls that used tokens and whose price nobody told: they are in no cost."),
  costUsd: usd,
  estimatedCostUsd: usd.describe(
    "The part of the cost that was worked out from tokens and prices; the rest was told by the senders.",
  ),
  inputTokens: tokens.describe("Without those that were read from a cache or written to one."),
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
  outputTokens: tokens.describe("Without those that the model reasoned with."),
  reasoningTokens: tokens,
});

export function newTotals(): Totals {
  return {
    calls: 0,
    unpricedCalls: 0,
    costUsd: 0,
    estimatedCostUsd: 0,
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
}

export function totalsOf(event: SpendingEvent): Totals {
  const { costUsd = 0, ...spending } = spendingOf(event);
  return { calls: event.type === "model_called" ? 1 : 0, unpricedCalls: isUnpriced(event) ? 1 : 0, costUsd, ...spending };
}

export function addTotals(totals: Totals, other: Readonly<Totals>): void {
  totals.calls += other.calls;
  totals.unpricedCalls += other.unpricedCalls;
  totals.costUsd += other.costUsd;
  totals.estimatedCostUsd += other.estimatedCostUsd;
  totals.inputTokens += other.inputTokens;
  totals.cacheReadTokens += other.cacheReadTokens;
  totals.cacheWriteTokens += other.cacheWriteTokens;
  totals.outputTokens += other.outputTokens;
  totals.reasoningTokens += other.reasoningTokens;
}
