import type { GenerationSpanData, ResponseSpanData, SpanError } from "@openai/agents";
import type { TokenUsage } from "../../../instrument/kinds/model-call.ts";
import { ask } from "../../ask.ts";
import { tellContext, tellUsage } from "../../model-figures.ts";
import { failureOf, settle } from "../failure.ts";
import type { Around, Mapping } from "../mapping.ts";
import { readUsage } from "../usage.ts";

/** How a model is called whose name the SDK keeps to itself. */
const UNKNOWN_MODEL = "unknown";

/**
 * A call of any other model. The SDK's own for Chat Completions leaves its usage in the answer that it puts on the span, which it
 * does unless `traceIncludeSensitiveData` is false.
 */
export const mapGeneration: Mapping<GenerationSpanData> = (data, around) => ({
  end: (error) => tellModelCall(around, error, data.model, readUsage(data.usage) ?? readUsage(data.output?.[0]?.usage), data),
});

/**
 * A call of OpenAI's Responses API. With `traceIncludeSensitiveData: false` the SDK says neither which model it was nor what it
 * used: such a call is counted, and its tokens are unknown.
 */
export const mapResponse: Mapping<ResponseSpanData> = (data, around) => ({
  end: (error) =>
    tellModelCall(around, error, data._response?.model, readUsage(data._response?.usage), {
      input: data._input,
      output: data._response?.output,
    }),
});

/**
 * Tokens are counted here and nowhere else: the SDK repeats them on turns and tasks. The call begins when the span ends, as only
 * then the model is known, with the time of the span's start.
 */
function tellModelCall(
  around: Around,
  error: SpanError | null,
  given: unknown,
  usage: TokenUsage | undefined,
  { input, output }: { readonly input?: unknown; readonly output?: unknown },
): void {
  const { crowsnest, options, inside, agent, startedUnixMillis } = around;
  const model = typeof given === "string" && given !== "" ? given : UNKNOWN_MODEL;
  const provider = ask(() => options.provider?.(model)) ?? "openai";
  const call = crowsnest.begin("modelCall", { provider, model, input }, inside, startedUnixMillis);
  if (usage !== undefined) tellUsage(call.handle, options, model, usage);
  call.handle.output(output);
  // Whether a failed call is trouble is seen at the agent: the SDK may try again.
  settle(call, failureOf(error, "ModelError", false));
  if (usage === undefined) return;
  const items = Array.isArray(input) ? input.length : undefined;
  tellContext(crowsnest, options, { provider, model, agent, usage, items, inside });
}
