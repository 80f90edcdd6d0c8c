import type { AgentEvent, EventOf } from "../events/types.ts";

/**
 * Events that tokens and money count on: single model calls, and sums of calls. Only these, as the same money often stands on the
 * agent's run, on its task and on its workflow as well. No call is told in both ways: what reads sums leaves those aside whose sender
 * tells single calls (integrations/measurements), so whoever counts may add all that it meets.
 */
export const spendingTypes = ["model_called", "usage_reported"] as const;
export type SpendingEvent = EventOf<(typeof spendingTypes)[number]>;

/** Tokens by kinds that do not overlap, so that their sum is all tokens, and money. */
export interface Spending {
  /** Undefined where nobody knows it. */
  readonly costUsd: number | undefined;
  /** The part of the cost that was worked out from tokens and prices; the rest was told by the sender. */
  readonly estimatedCostUsd: number;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export function isSpending<Event extends AgentEvent>(event: Event): event is Event & SpendingEvent {
  return event.type === "model_called" || event.type === "usage_reported";
}

/** Whether an answered call used tokens whose price nobody knows: it is in no cost. One that failed, or used none, is not missed there. */
export function isUnpriced({ type, data }: SpendingEvent): boolean {
  return (
    type === "model_called" &&
    data.costUsd === undefined &&
    data.outcome === "success" &&
    (data.inputTokens ?? 0) + (data.outputTokens ?? 0) > 0
  );
}

/** Providers count cached tokens as input and reasoning as output; a sender that counts otherwise gets no negative ones. */
export function spendingOf({ data }: SpendingEvent): Spending {
  const { costUsd, cacheReadTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = data;
  const isEstimated = "costIsEstimated" in data && data.costIsEstimated === true;
  return {
    costUsd,
    estimatedCostUsd: isEstimated ? (costUsd ?? 0) : 0,
    inputTokens: Math.max(0, (data.inputTokens ?? 0) - cacheReadTokens - cacheWriteTokens),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: Math.max(0, (data.outputTokens ?? 0) - reasoningTokens),
    reasoningTokens,
  };
}

/** Tokens of all kinds. */
export function allTokens(spending: Omit<Spending, "costUsd" | "estimatedCostUsd">): number {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = spending;
  return inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens + reasoningTokens;
}
