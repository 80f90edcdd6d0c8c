import type { Dialect } from "./dialect.ts";
import { genAiAttributes } from "./gen-ai.ts";

/** Microsoft's Agent Framework: the GenAI conventions, and workflows of its own. */
export const microsoft: Dialect = {
  name: "microsoft_agent_framework",
  kindOf: ({ name, attributes }) => (name.startsWith("workflow.run") && attributes.has("workflow.id") ? "workflow" : undefined),
  attributes: { ...genAiAttributes, workflow: ["workflow.name", "workflow.id"] },
};
