import { attribute } from "../../../tracing/semconv.ts";
import { providerName } from "../../ai-sdk/provider.ts";
import { firstText, type Span } from "../span.ts";
import type { Dialect, SpanKind } from "./dialect.ts";
import { genAi, genAiAttributes } from "./gen-ai.ts";

/** What `@ai-sdk/otel` calls its tracer. */
const VERSION_7_SCOPE = "gen_ai";

/** A call of a model, as opposed to the loop around it, which repeats the sum of all its calls' tokens. */
const MODEL_CALL = /^ai\.\w+\.(doGenerate|doStream)$/;
const EMBEDDING_CALL = /^ai\.\w+\.doEmbed$/;
const LOOP = /^ai\.(generateText|streamText|generateObject|streamObject)$/;

/**
 * The Vercel AI SDK: before version 7 with names of its own, since then with the GenAI conventions' and a few more. A loop is an
 * agent's run where somebody gave it a name, by `functionId`; without one it is just where model calls happen.
 */
export const aiSdk: Dialect = {
  name: "ai_sdk",
  kindOf(span) {
    if (span.scope === VERSION_7_SCOPE) return kindInVersion7(span);
    const operation = firstText(span, ["ai.operationId"]) ?? span.name.split(" ", 1)[0] ?? "";
    if (!operation.startsWith("ai.")) return undefined;
    if (operation === "ai.toolCall") return "tool";
    if (MODEL_CALL.test(operation)) return "model";
    if (EMBEDDING_CALL.test(operation)) return "embedding";
    return LOOP.test(operation) && span.attributes.has("ai.telemetry.functionId") ? "agent" : undefined;
  },
  providerOf(span) {
    const provider = firstText(span, ["ai.model.provider"]);
    return provider && providerName(provider);
  },
  attributes: {
    ...genAiAttributes,
    agent: [...genAiAttributes.agent, "ai.telemetry.functionId"],
    session: ["ai.telemetry.metadata.sessionId", ...genAiAttributes.session],
    provider: ["ai.model.provider", ...genAiAttributes.provider],
    model: ["ai.model.id", ...genAiAttributes.model],
    // The details and `inputTokens` are version 6's, the others those of 4 and 5, which say nothing of cached and reasoning tokens.
    inputTokens: ["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens", ...genAiAttributes.inputTokens],
    outputTokens: ["ai.usage.outputTokens", "ai.usage.completionTokens", ...genAiAttributes.outputTokens],
    cacheReadTokens: [
      "ai.usage.inputTokenDetails.cacheReadTokens",
      "ai.usage.cachedInputTokens",
      ...genAiAttributes.cacheReadTokens,
    ],
    cacheWriteTokens: ["ai.usage.inputTokenDetails.cacheWriteTokens", ...genAiAttributes.cacheWriteTokens],
    reasoningTokens: [
      "ai.usage.outputTokenDetails.reasoningTokens",
      "ai.usage.reasoningTokens",
      ...genAiAttributes.reasoningTokens,
    ],
    finishReason: ["ai.response.finishReason", ...genAiAttributes.finishReason],
    firstTokenSeconds: ["gen_ai.client.operation.time_to_first_chunk", ...genAiAttributes.firstTokenSeconds],
    firstTokenMillis: ["ai.response.msToFirstChunk"],
    tool: ["ai.toolCall.name", ...genAiAttributes.tool],
    toolCallId: ["ai.toolCall.id", ...genAiAttributes.toolCallId],
    toolArguments: ["ai.toolCall.args", ...genAiAttributes.toolArguments],
    toolResult: ["ai.toolCall.result", ...genAiAttributes.toolResult],
    input: ["ai.prompt.messages", "ai.prompt", ...genAiAttributes.input],
    output: ["ai.response.text", "ai.response.object", "ai.response.toolCalls", ...genAiAttributes.output],
  },
};

function kindInVersion7(span: Span): SpanKind | "nothing" | undefined {
  const kind = genAi.kindOf(span);
  if (kind !== "agent" || span.attributes.has(attribute.agentName)) return kind;
  // Its name stands in the span's name alone where `agentSpanName` makes that; unless told otherwise, it is the model's.
  return span.name === `invoke_agent ${firstText(span, genAiAttributes.model)}` ? "nothing" : kind;
}
