import { z } from "zod";
import type { EventData } from "../../events/types.ts";
import { count, tokens, usd } from "../parts/answer.ts";

/** What model calls came to. Tokens by kind, and the kinds do not overlap: their sum is all tokens. */
export interface Totals {
  calls: number;
  unpricedCalls: number;
  costUsd: number;
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export const totalsAnswer = z.object({
  calls: count,
  unpricedCalls: count.describe("Calls whose price nobody told: they are in no cost."),
  costUsd: usd,
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
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
}

/** Providers count cached tokens as input and reasoning as output; a sender that counts otherwise gets no negative ones. */
export function totalsOf(data: EventData<"model_called">): Totals {
  const { costUsd, cacheReadTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = data;
  return {
    calls: 1,
    unpricedCalls: costUsd === undefined ? 1 : 0,
    costUsd: costUsd ?? 0,
    inputTokens: Math.max(0, (data.inputTokens ?? 0) - cacheReadTokens - cacheWriteTokens),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: Math.max(0, (data.outputTokens ?? 0) - reasoningTokens),
    reasoningTokens,
  };
}

export function addTotals(totals: Totals, other: Readonly<Totals>): void {
  totals.calls += other.calls;
  totals.unpricedCalls += other.unpricedCalls;
  totals.costUsd += other.costUsd;
  totals.inputTokens += other.inputTokens;
  totals.cacheReadTokens += other.cacheReadTokens;
  totals.cacheWriteTokens += other.cacheWriteTokens;
  totals.outputTokens += other.outputTokens;
  totals.reasoningTokens += other.reasoningTokens;
}
