import type { TokenUsage } from "../../instrument/kinds/model-call.ts";
import { withoutAbsent } from "../model-figures.ts";
import { numberIn, property, textIn } from "../property.ts";
import { Said } from "./said.ts";

/** What a model's answer says about the call. */
export interface Answer {
  readonly usage: TokenUsage | undefined;
  readonly finishReason: string | undefined;
  readonly model: string | undefined;
  /** What it says: a message, or text. */
  readonly said: unknown;
}

/** Reads the answer to one prompt. Where several were asked for at once, the first one carries what all of them used. */
export function readAnswer(output: unknown): Answer {
  const generation = first(first(property(output, "generations")));
  const message = property(generation, "message");
  const about = property(message, "response_metadata");
  const info = property(generation, "generationInfo");
  const reasons = ["finish_reason", "stop_reason", "finishReason", "stopReason", "done_reason"];
  return {
    usage: readUsage(property(message, "usage_metadata")) ?? readTotals(property(property(output, "llmOutput"), "tokenUsage")),
    finishReason: textIn(about, ...reasons) ?? textIn(info, ...reasons),
    model: textIn(about, "model_name", "model"),
    said: message === undefined ? property(generation, "text") : new Said([message]),
  };
}

/** LangChain's own way of counting: input includes the cached tokens, output the reasoning ones. */
function readUsage(usage: unknown): TokenUsage | undefined {
  const input = property(usage, "input_token_details");
  const output = property(usage, "output_token_details");
  return withoutAbsent({
    inputTokens: numberIn(usage, "input_tokens"),
    outputTokens: numberIn(usage, "output_tokens"),
    cacheReadTokens: numberIn(input, "cache_read"),
    cacheWriteTokens: numberIn(input, "cache_creation"),
    reasoningTokens: numberIn(output, "reasoning"),
  });
}

/** What models that answer with text rather than with messages say. */
function readTotals(usage: unknown): TokenUsage | undefined {
  return withoutAbsent({
    inputTokens: numberIn(usage, "promptTokens", "prompt_tokens"),
    outputTokens: numberIn(usage, "completionTokens", "completion_tokens"),
  });
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
