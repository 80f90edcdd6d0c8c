import { attribute } from "../../tracing/semconv.ts";
import { cleanId, cleanName } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface ToolCallOptions extends CorrelationOptions {
  /** Name of the agent that calls. @default the agent whose work it is part of */
  readonly agent?: string;
  readonly tool: string;
  /** Such as `function`, `mcp` or `shell`. */
  readonly toolType?: string;
  readonly callId?: string;
  /** Something that is the same when the arguments are: repeated calls show as a loop. The arguments themselves are not kept. */
  readonly argumentsHash?: string;
}

/** A call of a tool. */
export const toolCallKind: OperationKind<ToolCallOptions, WorkHandle> = {
  label: "tool call",
  draft(options, outer, { report }) {
    const agent = cleanName(options.agent ?? outer.agent, "a tool call's agent", report, "missing_agent");
    const tool = cleanName(options.tool, "a tool call's tool", report);
    const toolType = cleanId(options.toolType, "a tool call's toolType", report);
    const callId = cleanId(options.callId, "a tool call's callId", report);
    const argumentsHash = cleanId(options.argumentsHash, "a tool call's argumentsHash", report);
    return {
      spanName: `execute_tool ${tool}`,
      attributes: {
        [attribute.operationName]: "execute_tool",
        [attribute.toolName]: tool,
        [attribute.agentName]: agent,
        ...(toolType === undefined ? {} : { [attribute.toolType]: toolType }),
        ...(callId === undefined ? {} : { [attribute.toolCallId]: callId }),
      },
      own: { ...readIds(options, report), agent },
      end: (ending) => ({ type: "tool_called", data: { tool, toolType, callId, argumentsHash, ...ending } }),
      handle: workHandle,
    };
  },
};
