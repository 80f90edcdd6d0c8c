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

/** What is known of a tool call only once it runs. */
export type ToolCallDetails = Pick<ToolCallOptions, "toolType" | "callId" | "argumentsHash">;

export interface ToolCallHandle extends WorkHandle {
  /** Adds what was not known when it began. */
  details(details: ToolCallDetails): void;
}

/** A call of a tool. */
export const toolCallKind: OperationKind<ToolCallOptions, ToolCallHandle> = {
  label: "tool call",
  draft(options, outer, { report }) {
    const agent = cleanName(options.agent ?? outer.agent, "a tool call's agent", report, "missing_agent");
    const tool = cleanName(options.tool, "a tool call's tool", report);
    const read = (given: ToolCallDetails) => ({
      toolType: cleanId(given.toolType, "a tool call's toolType", report),
      callId: cleanId(given.callId, "a tool call's callId", report),
      argumentsHash: cleanId(given.argumentsHash, "a tool call's argumentsHash", report),
    });
    let details = read(options);
    return {
      spanName: `execute_tool ${tool}`,
      attributes: {
        [attribute.operationName]: "execute_tool",
        [attribute.toolName]: tool,
        [attribute.agentName]: agent,
      },
      own: { ...readIds(options, report), agent },
      end({ outcome, timed, failure }, span) {
        span.set(attribute.toolType, details.toolType);
        span.set(attribute.toolCallId, details.callId);
        return { type: "tool_called", data: { ...timed, ...failure, ...details, outcome, tool } };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        details(known) {
          const { toolType, callId, argumentsHash } = read(known ?? {});
          details = {
            toolType: toolType ?? details.toolType,
            callId: callId ?? details.callId,
            argumentsHash: argumentsHash ?? details.argumentsHash,
          };
        },
      }),
    };
  },
};
