import { firstText } from "../span.ts";
import type { Dialect, SpanKind } from "./dialect.ts";
import { genAiAttributes } from "./gen-ai.ts";

const kinds = new Map<string, SpanKind>([
  ["agent", "agent"],
  ["tool", "tool"],
  ["workflow", "workflow"],
]);

/** OpenLLMetry, of Traceloop. Its model spans are those of the GenAI conventions, told by `llm.request.type` in older versions. */
export const openLlmetry: Dialect = {
  name: "openllmetry",
  kindOf(span) {
    const kind = firstText(span, ["traceloop.span.kind"]);
    if (kind !== undefined) return kinds.get(kind);
    const request = firstText(span, ["llm.request.type"]);
    if (request === "chat" || request === "completion") return "model";
    return request === "embedding" ? "embedding" : undefined;
  },
  attributes: {
    ...genAiAttributes,
    agent: [...genAiAttributes.agent, "traceloop.entity.name"],
    session: ["traceloop.association.properties.session_id", ...genAiAttributes.session],
    workflow: ["traceloop.workflow.name", "traceloop.entity.name"],
    tool: [...genAiAttributes.tool, "traceloop.entity.name"],
    toolArguments: ["traceloop.entity.input", ...genAiAttributes.toolArguments],
  },
};
