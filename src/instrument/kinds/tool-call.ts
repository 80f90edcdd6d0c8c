import { attribute } from "../../tracing/semconv.ts";
import { argumentsHash } from "../arguments-hash.ts";
import { cleanId, cleanName } from "../clean.ts";
import { cleanContent } from "../content.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import type { Scope } from "../scope.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface ToolCallOptions extends CorrelationOptions {
  /** Name of the agent that calls. @default the agent whose work it is part of */
  readonly agent?: string;
  readonly tool: string;
  /** Such as `function`, `mcp` or `shell`. */
  readonly toolType?: string;
  /** The MCP server that has the tool. */
  readonly server?: string;
  readonly callId?: string;
  /** What the tool is given. Kept only with `captureContent`; without it, only a hash of them is. */
  readonly arguments?: unknown;
  /** Something that is the same when the arguments are: repeated calls show as a loop. @default made from `arguments` */
  readonly argumentsHash?: string;
}

/** What is known of a tool call only once it runs. */
export type ToolCallDetails = Pick<ToolCallOptions, "toolType" | "server" | "callId" | "arguments" | "argumentsHash">;

export interface ToolCallHandle extends WorkHandle {
  /** Adds what was not known when it began. */
  details(details: ToolCallDetails): void;
  /** What the tool gave back. Kept only with `captureContent`. */
  result(value: unknown): void;
}

/** A tool call while it runs. */
export interface RunningToolCall {
  readonly tool: string;
  readonly handle: ToolCallHandle;
}

/** Tool calls by what is right inside of them. */
const toolCalls = new WeakMap<Scope, RunningToolCall>();

/** The tool call that a scope is the inside of; undefined elsewhere, also inside of other work in that tool. */
export function toolCallIn(scope: Scope | undefined): RunningToolCall | undefined {
  return scope && toolCalls.get(scope);
}

/** A call of a tool. */
export const toolCallKind: OperationKind<ToolCallOptions, ToolCallHandle> = {
  label: "tool call",
  draft(options, outer, { report, captureContent }) {
    const agent = cleanName(options.agent ?? outer.agent, "a tool call's agent", report, "missing_agent");
    const tool = cleanName(options.tool, "a tool call's tool", report);
    const read = (given: ToolCallDetails) => ({
      toolType: cleanId(given.toolType, "a tool call's toolType", report),
      server: cleanId(given.server, "a tool call's server", report),
      callId: cleanId(given.callId, "a tool call's callId", report),
      arguments: cleanContent(given.arguments, captureContent),
      argumentsHash:
        cleanId(given.argumentsHash, "a tool call's argumentsHash", report) ??
        (given.arguments === undefined ? undefined : argumentsHash(given.arguments)),
    });
    let details = read(options);
    let result: string | undefined;
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
        span.set(attribute.mcpServer, details.server);
        span.set(attribute.toolCallId, details.callId);
        return { type: "tool_called", data: { ...timed, ...failure, ...details, result, outcome, tool } };
      },
      handle(operation) {
        const handle: ToolCallHandle = {
          ...workHandle(operation),
          details(known) {
            const now = read(known ?? {});
            details = {
              toolType: now.toolType ?? details.toolType,
              server: now.server ?? details.server,
              callId: now.callId ?? details.callId,
              arguments: now.arguments ?? details.arguments,
              argumentsHash: now.argumentsHash ?? details.argumentsHash,
            };
          },
          result(value) {
            result = cleanContent(value, captureContent);
          },
        };
        toolCalls.set(operation.scope, { tool, handle });
        return handle;
      },
    };
  },
};
