import type { EventType } from "../events/types.ts";
import { remembered } from "./remembered.ts";

/** Attributes in which the conventions and libraries put what models and tools were given and gave back. */
const CONTENT = [
  "gen_ai\\.(?:input\\.messages|output\\.messages|system_instructions|prompt|completion|tool\\.call\\.(?:arguments|result)|event\\.content)",
  "(?:input|output)\\.value|tool\\.parameters|retrieval\\.documents",
  "llm\\.(?:input_messages|output_messages|prompts|completions|prompt_template)",
  "traceloop\\.entity\\.(?:input|output)",
  "ai\\.(?:prompt|values?|(?:response|result)\\.(?:text|object|reasoning|toolCalls)|toolCall\\.(?:args|result))",
  "gcp\\.vertex\\.agent\\.(?:llm_request|llm_response|tool_call_args|tool_response|data)",
];
const conventional = new RegExp(`^(?:${CONTENT.join("|")})(?:\\.|$)`);

/** What a sender of its own calls them. */
const plain =
  /^(?:prompts?|messages?|completions?|input|output|arguments|args|param(?:eter)?s|result|response|content|tool_?(?:input|output|args|arguments|param(?:eter)?s|result|response))$/i;

const isConventional = remembered((name) => conventional.test(name));
const isPlain = remembered((name) => plain.test(name));

/** Whether an attribute of this name holds content: what a model or a tool was given, or gave back. */
export function isContentAttribute(name: string, type: EventType): boolean {
  return isConventional(name) || ((type === "model_called" || type === "tool_called") && isPlain(name));
}
