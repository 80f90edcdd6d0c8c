import { firstText, type Span } from "./span.ts";

/** Longest arguments that are looked into. */
const MAX_ARGUMENTS_CHARS = 4_096;
const ARGUMENT_NAMES = ["agent_name", "agentName", "agent", "target"];

/**
 * The agent that a tool call hands over to: frameworks offer their models a tool per agent (`transfer_to_critic`), or one tool that
 * takes the agent's name. Undefined where the tool is an ordinary one.
 */
export function readHandoffTarget(span: Span, tool: string, argumentNames: readonly string[]): string | undefined {
  const named = /^(?:transfer_back_to_|transfer_to_|handoff_to_|handoff to )(.+)$/i.exec(tool)?.[1];
  const anyAgent = /^(?:transfer_to_agent|transfer_to|handoff_to_agent|handoff)$/i.test(tool);
  if (!anyAgent) return named;
  return targetOf(firstText(span, argumentNames));
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
