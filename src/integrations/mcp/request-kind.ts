import { type Attributes, SpanKind } from "@opentelemetry/api";
import { argumentsHash } from "../../instrument/arguments-hash.ts";
import { cleanId, cleanName } from "../../instrument/clean.ts";
import { cleanContent } from "../../instrument/content.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../../instrument/operation.ts";
import { attribute } from "../../tracing/semconv.ts";
import { type Request, TOOL_CALL, textIn } from "./messages.ts";

/** What is known of a connection when a request is made. */
export interface Facts {
  readonly server: string | undefined;
  readonly protocolVersion: string | undefined;
  readonly sessionId: string | undefined;
  /** As OpenTelemetry names it: `pipe` or `tcp`. */
  readonly networkTransport: string | undefined;
}

export interface RequestOptions {
  readonly side: "client" | "server";
  readonly request: Request;
  readonly facts: Facts;
  readonly agent: string | undefined;
  /** The conversation of whatever happens inside; the one around it goes first. */
  readonly sessionId: string | undefined;
  /** It is told as `tool_called`. */
  readonly counts: boolean;
}

export interface RequestHandle extends WorkHandle {
  /** The code of the error that it was answered with. */
  status(code: unknown): void;
  /** What a tool gave back; kept only where content is wanted. */
  result(value: unknown): void;
  /** It is not told as a tool call after all: there was no answer yet, but a question. */
  uncount(): void;
}

/** One request of the Model Context Protocol, as its sender or as its receiver sees it. */
export const requestKind: OperationKind<RequestOptions, RequestHandle> = {
  label: "request of the Model Context Protocol",
  draft({ side, request, facts, agent, sessionId, counts }, outer, { report, redact, captureContent }) {
    const { method, params } = request;
    const isToolCall = method === TOOL_CALL;
    const tool = isToolCall ? cleanName(params?.name, "a tool call's tool", report) : undefined;
    const target = tool ?? (method === "prompts/get" ? textIn(params, "name") : undefined);
    const caller = cleanId(agent, "the agent of a request", report);
    let isCounted = counts;
    let code: unknown;
    let result: string | undefined;
    return {
      spanName: target === undefined ? method : `${method} ${target}`,
      kind: side === "client" ? SpanKind.CLIENT : SpanKind.SERVER,
      attributes: { ...attributesOf(request, facts, redact), ...(caller === undefined ? {} : { [attribute.agentName]: caller }) },
      own: { agent: caller, sessionId: outer.sessionId === undefined ? cleanId(sessionId, "sessionId", report) : undefined },
      end({ outcome, timed, failure }, span) {
        if (code !== undefined) span.set(attribute.rpcStatusCode, String(code));
        if (!isCounted || tool === undefined) return undefined;
        const server = cleanId(facts.server, "the name of an MCP server", report);
        const content = { arguments: cleanContent(params?.arguments, captureContent), result };
        const called = { tool, toolType: "mcp", server, argumentsHash: argumentsHash(params?.arguments), ...content };
        return { type: "tool_called", data: { ...timed, ...failure, outcome, ...called } };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        status(given) {
          code = given;
        },
        result(value) {
          result = cleanContent(value, captureContent);
        },
        uncount() {
          isCounted = false;
        },
      }),
    };
  },
};

/** By the conventions for MCP of open-telemetry/semantic-conventions-genai. */
function attributesOf({ id, method, params }: Request, facts: Facts, redact: (text: string) => string): Attributes {
  const uri = textIn(params, "uri");
  const known: Record<string, string | undefined> = {
    [attribute.mcpMethod]: method,
    [attribute.jsonrpcRequestId]: String(id),
    [attribute.mcpSessionId]: facts.sessionId,
    [attribute.mcpProtocolVersion]: facts.protocolVersion,
    [attribute.networkTransport]: facts.networkTransport,
    [attribute.mcpServer]: facts.server,
    [attribute.mcpResourceUri]: uri === undefined ? undefined : redact(uri),
  };
  if (method === TOOL_CALL) {
    known[attribute.operationName] = "execute_tool";
    known[attribute.toolName] = textIn(params, "name");
  } else if (method === "prompts/get") known[attribute.promptName] = textIn(params, "name");
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}
