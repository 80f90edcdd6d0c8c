import { firstText } from "../span.ts";
import type { Dialect } from "./dialect.ts";
import { genAiAttributes } from "./gen-ai.ts";

/** A call of a model, as opposed to the loop around it, which repeats the sum of all its calls' tokens. */
const MODEL_CALL = /^ai\.\w+\.(doGenerate|doStream)$/;
const EMBEDDING_CALL = /^ai\.\w+\.doEmbed$/;
const LOOP = /^ai\.(generateText|streamText|generateObject|streamObject)$/;

/**
 * The Vercel AI SDK before version 7 (which writes the GenAI conventions). A loop is an agent's run where somebody gave it a name, by
 * `functionId`; without one it is just where model calls happen.
 */
export const aiSdk: Dialect = {
  name: "ai_sdk",
  kindOf(span) {
    const operation = firstText(span, ["ai.operationId"]) ?? span.name.split(" ", 1)[0] ?? "";
    if (!operation.startsWith("ai.")) return undefined;
    if (operation === "ai.toolCall") return "tool";
    if (MODEL_CALL.test(operation)) return "model";
    if (EMBEDDING_CALL.test(operation)) return "embedding";
    return LOOP.test(operation) && span.attributes.has("ai.telemetry.functionId") ? "agent" : undefined;
  },
  attributes: {
    ...genAiAttributes,
    agent: [...genAiAttributes.agent, "ai.telemetry.functionId"],
    session: ["ai.telemetry.metadata.sessionId", ...genAiAttributes.session],
    provider: ["ai.model.provider", ...genAiAttributes.provider],
    model: ["ai.model.id", ...genAiAttributes.model],
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
    firstTokenMillis: ["ai.response.msToFirstChunk"],
    tool: ["ai.toolCall.name", ...genAiAttributes.tool],
    toolCallId: ["ai.toolCall.id", ...genAiAttributes.toolCallId],
    toolArguments: ["ai.toolCall.args", ...genAiAttributes.toolArguments],
  },
};
