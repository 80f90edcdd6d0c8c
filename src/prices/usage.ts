import type { EventData } from "../events/types.ts";

/** What has to be known of a model call for its price. */
export type PricedCall = Pick<
  EventData<"model_called">,
  "provider" | "model" | "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "reasoningTokens"
>;

/** Tokens of a call that add up: the cached ones are part of the input, the reasoning ones of the output. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

/** Undefined where nothing was used, as far as the sender says: many say 0 where they mean that they do not know. */
export function usageOf(call: PricedCall): Usage | undefined {
  const cacheRead = call.cacheReadTokens ?? 0;
  const cacheWrite = call.cacheWriteTokens ?? 0;
  const reasoning = call.reasoningTokens ?? 0;
  // A whole that is smaller than its parts was counted wrongly; the parts were used all the same.
  const input = Math.max(call.inputTokens ?? 0, cacheRead + cacheWrite);
  const output = Math.max(call.outputTokens ?? 0, reasoning);
  return input + output > 0 ? { input, output, cacheRead, cacheWrite, reasoning } : undefined;
}
