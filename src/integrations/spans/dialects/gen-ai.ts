import { attribute } from "../../../tracing/semconv.ts";
import { firstText } from "../span.ts";
import type { AttributeNames, Dialect, SpanKind } from "./dialect.ts";

/**
 * The OpenTelemetry conventions for generative AI, with the names that they had before. All other dialects fall back on these, as
 * most instrumentations write both.
 */
export const genAiAttributes: AttributeNames = {
  agent: [attribute.agentName],
  agentId: [attribute.agentId],
  session: [attribute.conversationId, "session.id"],
  workflow: [attribute.workflowName],
  provider: [attribute.providerName, "gen_ai.system"],
  model: [attribute.requestModel, "gen_ai.response.model"],
  inputTokens: [attribute.inputTokens, "gen_ai.usage.prompt_tokens"],
  outputTokens: [attribute.outputTokens, "gen_ai.usage.completion_tokens"],
  cacheReadTokens: [
    attribute.cacheReadTokens,
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_tokens.cached",
    "gen_ai.usage.cached_input_tokens",
  ],
  cacheWriteTokens: [attribute.cacheWriteTokens, "gen_ai.usage.cache_creation_input_tokens"],
  reasoningTokens: [
    attribute.reasoningTokens,
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "gen_ai.usage.details.reasoning_tokens",
  ],
  // Pydantic AI calls it the operation's.
  costUsd: ["gen_ai.usage.cost", "gen_ai.usage.total_cost", "operation.cost"],
  finishReason: [attribute.finishReasons],
  firstTokenSeconds: ["gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token"],
  firstTokenMillis: [],
  tool: [attribute.toolName],
  toolType: [attribute.toolType],
  toolCallId: [attribute.toolCallId],
  toolArguments: ["gen_ai.tool.call.arguments"],
  toolResult: ["gen_ai.tool.call.result"],
  input: ["gen_ai.input.messages", "gen_ai.prompt", "gen_ai.prompt.#"],
  output: ["gen_ai.output.messages", "gen_ai.completion", "gen_ai.completion.#"],
  handoffSource: [attribute.handoffSource, "gen_ai.handoff.from_agent"],
  handoffTarget: [attribute.handoffTarget, "gen_ai.handoff.to_agent"],
  taskId: [],
  taskType: [],
};

const kinds = new Map<string, SpanKind>([
  ["invoke_agent", "agent"],
  ["create_agent", "agentCreation"],
  ["invoke_workflow", "workflow"],
  ["execute_tool", "tool"],
  ["chat", "model"],
  ["text_completion", "model"],
  ["generate_content", "model"],
  ["embeddings", "embedding"],
]);

export const genAi: Dialect = {
  name: "gen_ai",
  kindOf(span) {
    const operation = firstText(span, [attribute.operationName]);
    const kind = kinds.get(operation ?? "");
    if (kind === "tool" && span.attributes.has(attribute.handoffTarget)) return "handoff";
    if (kind !== undefined) return kind;
    if (operation === "handoff" || span.attributes.has(attribute.handoffTarget)) return "handoff";
    // Before there were operation names, a model's span was known by its system and its usage.
    const isModelCall = operation === undefined && firstText(span, genAiAttributes.model) !== undefined;
    return isModelCall && firstText(span, ["gen_ai.system"]) !== undefined && hasUsage(span.attributes) ? "model" : undefined;
  },
  attributes: genAiAttributes,
};

function hasUsage(attributes: { has(name: string): boolean }): boolean {
  return [...genAiAttributes.inputTokens, ...genAiAttributes.outputTokens].some((name) => attributes.has(name));
}
