import { ReportedError } from "../../instrument/reported-error.ts";
import { type Ending, WELL } from "./ending.ts";
import type { ContentPart, ToolOutput } from "./events.ts";
import type { ToolCalls, ToolInfo } from "./tool-calls.ts";

export function toolEnding({ type, error }: ToolOutput): Ending {
  if (type !== "tool-error") return WELL;
  // With `recordOutputs: false` the SDK keeps the error to itself.
  return { error: error ?? new ReportedError("ToolError", "the tool failed") };
}

/** Tells the tools that the provider ran by itself. */
export function tellProvidedTools(tools: ToolCalls, content: readonly ContentPart[]): void {
  const failures = new Map(content.filter(isToolError).map((part) => [part.toolCallId, part]));
  const called = new Map(content.filter(isProvidedCall).map((part) => [part.toolCallId, part]));
  for (const [toolCallId, call] of called) {
    const failure = failures.get(toolCallId);
    tools.tellProvided(call, failure === undefined ? WELL : toolEnding(failure));
  }
}

function isProvidedCall(part: ContentPart): part is ContentPart & ToolInfo {
  return part.type === "tool-call" && "providerExecuted" in part && part.providerExecuted === true;
}

function isToolError(part: ContentPart): part is ContentPart & ToolInfo & ToolOutput {
  return part.type === "tool-error";
}
