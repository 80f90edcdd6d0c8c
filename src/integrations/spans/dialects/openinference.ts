import { firstText, type Span } from "../span.ts";
import type { Dialect, SpanKind } from "./dialect.ts";
import { genAiAttributes } from "./gen-ai.ts";
import { readJson } from "./json-text.ts";
import { type GraphPlace, graphAgent, graphKind, readGraphPlace } from "./langgraph.ts";

const kinds = new Map<string, SpanKind>([
  ["AGENT", "agent"],
  ["LLM", "model"],
  ["EMBEDDING", "embedding"],
  ["TOOL", "tool"],
]);

/** CrewAI's runs of a crew are chains called after it. */
const CREW_RUN = /\.kickoff$/;

const ownNames = ["agent.name", "graph.node.id"];

/** OpenInference, of Arize Phoenix. An agent without a name of its own is called after its node in the graph or its span. */
export const openInference: Dialect = {
  name: "openinference",
  kindOf(span) {
    const kind = firstText(span, ["openinference.span.kind"])?.toUpperCase();
    if (kind === "CHAIN") return chainKind(span);
    // A trace of OpenAI's agents is written down as an agent that is called like the workflow.
    if (kind === "AGENT" && span.scope.endsWith(".openai_agents") && firstText(span, ownNames) === undefined) return "workflow";
    return kinds.get(kind ?? "");
  },
  agentOf(span) {
    const place = graphPlaceOf(span);
    return place && graphAgent(place);
  },
  modelOf(span) {
    // A call that failed has no other name of it.
    const { model, model_name: name } = readJson(span, "llm.invocation_parameters");
    const given = model ?? name;
    return typeof given === "string" && given !== "" ? given : undefined;
  },
  attributes: {
    ...genAiAttributes,
    agent: [...ownNames, ...genAiAttributes.agent],
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
    // `tool.parameters` holds the arguments or, as CrewAI's instrumentation has it, their schema.
    toolArguments: ["input.value", "tool.parameters", ...genAiAttributes.toolArguments],
    toolResult: ["output.value", ...genAiAttributes.toolResult],
    input: ["input.value", ...genAiAttributes.input],
    output: ["output.value", ...genAiAttributes.output],
    // CrewAI's agents run for tasks.
    taskId: ["task_id"],
    taskType: ["task_name"],
  },
};

function chainKind(span: Span): SpanKind | "nothing" {
  if (CREW_RUN.test(span.name)) return "workflow";
  const place = graphPlaceOf(span);
  return place === undefined ? "nothing" : graphKind(place, span.name);
}

/** LangChain's metadata is one attribute. */
function graphPlaceOf(span: Span): GraphPlace | undefined {
  const metadata = readJson(span, "metadata");
  return readGraphPlace((key) => (Object.hasOwn(metadata, key) ? metadata[key] : undefined));
}
