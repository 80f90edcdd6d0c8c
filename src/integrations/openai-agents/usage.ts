import type { TokenUsage } from "../../instrument/kinds/model-call.ts";
import { withoutAbsent } from "../model-figures.ts";
import { numberIn, property } from "../property.ts";

/**
 * The tokens of one model call. A response carries usage as OpenAI's Responses API spells it, a generation mostly so too; models
 * that others wrote for the SDK also use the spelling of Chat Completions or the SDK's own.
 */
export function readUsage(usage: unknown): TokenUsage | undefined {
  const inputTokens = numberIn(usage, "input_tokens", "inputTokens", "prompt_tokens");
  const outputTokens = numberIn(usage, "output_tokens", "outputTokens", "completion_tokens");
  const input = detailsOf(usage, ["input_tokens_details", "inputTokensDetails", "prompt_tokens_details"]);
  const output = detailsOf(usage, ["output_tokens_details", "outputTokensDetails", "completion_tokens_details"]);
  return withoutAbsent({
    inputTokens,
    outputTokens,
    cacheReadTokens: numberIn(input, "cached_tokens", "cached_input_tokens", "cachedTokens"),
    cacheWriteTokens: numberIn(input, "cache_write_tokens", "cache_write_input_tokens", "cacheWriteTokens"),
    reasoningTokens: numberIn(output, "reasoning_tokens", "reasoningTokens"),
  });
}

/** Details stand beside the totals, or in one place of their own; the SDK's own usage has a list with one entry per request. */
function detailsOf(usage: unknown, names: readonly string[]): unknown {
  const beside = names.map((name) => property(usage, name)).find((value) => value !== undefined && value !== null);
  return (Array.isArray(beside) ? beside[0] : beside) ?? property(usage, "details");
}
