import { ReportedError } from "../../instrument/reported-error.ts";
import type { Ending } from "../ending.ts";
import { WELL } from "./ending.ts";
import type { ContentPart, ToolOutput } from "./events.ts";
import type { ToolCalls, ToolInfo } from "./tool-calls.ts";

export function toolEnding({ type, error }: ToolOutput): Ending {
  if (type !== "tool-error") return WELL;
  // With `recordOutputs: false` the SDK keeps the error to itself.
  return { error: error ?? new ReportedError("ToolError", "the tool failed") };
}

/** Tells the tools that the provider ran by itself. */
export function tellProvidedTools(tools: ToolCalls, content: readonly ContentPart[]): void {
  const answers = new Map(content.filter(isToolAnswer).map((part) => [part.toolCallId, part]));
  const called = new Map(content.filter(isProvidedCall).map((part) => [part.toolCallId, part]));
  for (const [toolCallId, call] of called) {
    const answer = answers.get(toolCallId);
    tools.tellProvided(call, answer === undefined ? WELL : toolEnding(answer), answer?.output);
  }
}

function isProvidedCall(part: ContentPart): part is ContentPart & ToolInfo {
  return part.type === "tool-call" && "providerExecuted" in part && part.providerExecuted === true;
}

function isToolAnswer(part: ContentPart): part is ContentPart & ToolInfo & ToolOutput {
  return part.type === "tool-result" || part.type === "tool-error";
}
