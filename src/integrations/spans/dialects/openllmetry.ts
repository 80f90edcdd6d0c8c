import { firstText, type Span } from "../span.ts";
import type { Dialect, SpanKind } from "./dialect.ts";
import { genAi, genAiAttributes } from "./gen-ai.ts";
import { type GraphPlace, graphAgent, graphKind, readGraphPlace } from "./langgraph.ts";

const kinds = new Map<string, SpanKind>([
  ["agent", "agent"],
  ["tool", "tool"],
  ["workflow", "workflow"],
  ["handoff", "handoff"],
]);

/** OpenLLMetry, of Traceloop. Its model spans are those of the GenAI conventions, told by `llm.request.type` in older versions. */
export const openLlmetry: Dialect = {
  name: "openllmetry",
  kindOf(span) {
    const kind = firstText(span, ["traceloop.span.kind"]);
    if (kind === "task" || kind === "workflow") {
      const place = graphPlaceOf(span);
      if (place !== undefined) return graphKind(place, firstText(span, ["traceloop.entity.name"]) ?? "");
    }
    if (kind !== undefined) return kinds.get(kind) ?? "nothing";
    // Beside a graph's task or workflow there is this, which stands around nothing that happens in the graph (0.62).
    if (span.attributes.has("gen_ai.workflow.nodes")) return "nothing";
    const request = firstText(span, ["llm.request.type"]);
    if (request === "chat" || request === "completion") return "model";
    if (request === "embedding") return "embedding";
    // Model calls have the conventions' names alone, but say where in a graph they stand.
    return graphPlaceOf(span) === undefined ? undefined : genAi.kindOf(span);
  },
  agentOf(span) {
    const place = graphPlaceOf(span);
    return place && graphAgent(place);
  },
  attributes: {
    ...genAiAttributes,
    agent: [...genAiAttributes.agent, "traceloop.entity.name"],
    session: ["traceloop.association.properties.session_id", ...genAiAttributes.session],
    workflow: ["traceloop.workflow.name", "traceloop.entity.name"],
    tool: [...genAiAttributes.tool, "traceloop.entity.name"],
    toolArguments: ["traceloop.entity.input", ...genAiAttributes.toolArguments],
    toolResult: ["traceloop.entity.output", ...genAiAttributes.toolResult],
    input: ["traceloop.entity.input", ...genAiAttributes.input],
    output: ["traceloop.entity.output", ...genAiAttributes.output],
  },
};

/** LangChain's metadata is passed on as associated properties. */
function graphPlaceOf({ attributes }: Span): GraphPlace | undefined {
  return readGraphPlace((key) => attributes.get(`traceloop.association.properties.${key}`));
}
