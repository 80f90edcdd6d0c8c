import { firstText } from "../span.ts";
import type { Dialect, SpanKind } from "./dialect.ts";
import { genAiAttributes } from "./gen-ai.ts";

const kinds = new Map<string, SpanKind>([
  ["AGENT", "agent"],
  ["LLM", "model"],
  ["EMBEDDING", "embedding"],
  ["TOOL", "tool"],
]);

/** CrewAI's runs of a crew are chains called after it. */
const CREW_RUN = /\.kickoff$/;

/** OpenInference, of Arize Phoenix. An agent without a name of its own is called after its node in the graph or its span. */
export const openInference: Dialect = {
  name: "openinference",
  kindOf(span) {
    const kind = firstText(span, ["openinference.span.kind"])?.toUpperCase();
    if (kind === "CHAIN" && CREW_RUN.test(span.name)) return "workflow";
    return kinds.get(kind ?? "");
  },
  attributes: {
    ...genAiAttributes,
    agent: ["agent.name", "graph.node.id", ...genAiAttributes.agent],
    session: ["session.id", ...genAiAttributes.session],
    provider: ["llm.provider", "llm.system", ...genAiAttributes.provider],
    model: ["llm.model_name", "embedding.model_name", ...genAiAttributes.model],
    inputTokens: ["llm.token_count.prompt", ...genAiAttributes.inputTokens],
    outputTokens: ["llm.token_count.completion", ...genAiAttributes.outputTokens],
    cacheReadTokens: [
      "llm.token_count.prompt_details.cache_read",
      "llm.token_count.prompt_details.cache_input",
      ...genAiAttributes.cacheReadTokens,
    ],
    cacheWriteTokens: ["llm.token_count.prompt_details.cache_write", ...genAiAttributes.cacheWriteTokens],
    reasoningTokens: ["llm.token_count.completion_details.reasoning", ...genAiAttributes.reasoningTokens],
    costUsd: ["llm.cost.total", ...genAiAttributes.costUsd],
    finishReason: ["llm.finish_reason", ...genAiAttributes.finishReason],
    tool: ["tool.name", ...genAiAttributes.tool],
    toolCallId: ["tool.id", "tool_call.id", ...genAiAttributes.toolCallId],
    toolArguments: ["tool.parameters", "input.value", ...genAiAttributes.toolArguments],
  },
};
