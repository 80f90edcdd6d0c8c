import { firstText, type Span } from "./span.ts";

/** Longest arguments that are looked into. */
const MAX_ARGUMENTS_CHARS = 4_096;
const ARGUMENT_NAMES = ["agent_name", "agentName", "agent", "target", "coworker"];

/** Tools by which a model gives its work to an agent that the tool is called after. */
const TO_THE_NAMED = /^(?:transfer_back_to_|transfer_to_|handoff_to_|handoff to )(.+)$/i;
/** The same with the agent among the arguments; the last two are CrewAI's. */
const TO_ANY =
  /^(?:transfer_to_agent|transfer_to|handoff_to_agent|handoff|(?:delegate[_ ]work|ask[_ ]question)[_ ]to[_ ]coworker)$/i;

/**
 * The agent that a tool call hands over to: frameworks offer their models a tool per agent (`transfer_to_critic`), or one tool that
 * takes the agent's name. "" where the span does not say to whom, undefined where the tool is an ordinary one.
 */
export function readHandoffTarget(span: Span, tool: string, argumentNames: readonly string[]): string | undefined {
  if (!TO_ANY.test(tool)) return TO_THE_NAMED.exec(tool)?.[1];
  return argumentNames.map((name) => targetOf(firstText(span, [name]))).find((target) => target !== undefined) ?? "";
}

function targetOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_ARGUMENTS_CHARS) return undefined;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== "object" || given === null) return undefined;
    const name = ARGUMENT_NAMES.map((key) => (Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined));
    return name.find((value): value is string => typeof value === "string" && value !== "");
  } catch {
    return undefined;
  }
}
