import { firstText } from "../span.ts";
import type { Dialect } from "./dialect.ts";
import { genAi, genAiAttributes } from "./gen-ai.ts";

/** Google's Agent Development Kit: the GenAI conventions, except for its model calls and, in older versions, its agents' runs. */
export const googleAdk: Dialect = {
  name: "google_adk",
  kindOf(span) {
    const isAdk = span.scope === "gcp.vertex.agent" || firstText(span, ["gen_ai.system"]) === "gcp.vertex.agent";
    if (!isAdk) return undefined;
    if (span.name === "call_llm") return "model";
    if (/^agent_run \[.+\]$/.test(span.name)) return "agent";
    // In parallel calls, ADK adds up what the single calls had told.
    return span.name === "execute_tool (merged)" ? undefined : genAi.kindOf(span);
  },
  attributes: {
    ...genAiAttributes,
    session: ["gcp.vertex.agent.session_id", ...genAiAttributes.session],
    toolArguments: ["gcp.vertex.agent.tool_call_args", ...genAiAttributes.toolArguments],
  },
};
