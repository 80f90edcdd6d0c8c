import { firstText } from "../span.ts";
import type { Dialect } from "./dialect.ts";
import { genAi, genAiAttributes } from "./gen-ai.ts";

/**
 * Google's Agent Development Kit: the GenAI conventions, except that version 1 called its model calls `call_llm` and, at first, its
 * agents' runs `agent_run [scribe]`.
 */
export const googleAdk: Dialect = {
  name: "google_adk",
  kindOf(span) {
    const isAdk = span.scope === "gcp.vertex.agent" || firstText(span, ["gen_ai.system"]) === "gcp.vertex.agent";
    if (!isAdk) return undefined;
    if (span.name === "call_llm") return "model";
    if (/^agent_run \[.+\]$/.test(span.name)) return "agent";
    // In parallel calls, ADK adds up what the single calls had told.
    return span.name === "execute_tool (merged)" ? "nothing" : genAi.kindOf(span);
  },
  attributes: {
    ...genAiAttributes,
    session: ["gcp.vertex.agent.session_id", ...genAiAttributes.session],
    toolArguments: ["gcp.vertex.agent.tool_call_args", ...genAiAttributes.toolArguments],
    toolResult: ["gcp.vertex.agent.tool_response", ...genAiAttributes.toolResult],
    input: ["gcp.vertex.agent.llm_request", ...genAiAttributes.input],
    output: ["gcp.vertex.agent.llm_response", ...genAiAttributes.output],
  },
};
