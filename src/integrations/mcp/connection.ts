import { messageOf } from "../../bus/trouble.ts";
import { beginOwn, type Face, type Place, placeOf, surroundingsOf } from "../../instrument/face.ts";
import { toolCallIn } from "../../instrument/kinds/tool-call.ts";
import { OUTERMOST } from "../../instrument/scope.ts";
import { nameOf } from "../ending.ts";
import { Guard } from "../guard.ts";
import { type Acquainted, Handshake } from "./handshake.ts";
import {
  asCancellation,
  asRequest,
  asResponse,
  fieldsOf,
  metaOf,
  type Request,
  type RequestId,
  TOOL_CALL,
  textIn,
} from "./messages.ts";
import { networkTransportOf } from "./network-transport.ts";
import { OpenRequests } from "./open-requests.ts";
import type { McpOptions } from "./options.ts";
import { arrived, carried, isToldByCaller } from "./propagation.ts";
import { type Facts, requestKind } from "./request-kind.ts";
import type { Listener, McpTransport, Outgoing, Run } from "./transport.ts";

/** How an agent is called that nobody has named. */
const UNKNOWN_AGENT = "unknown";

/** Follows the requests that go over one connection, in both directions: both ends of it are alike. */
export class Connection implements Listener {
  readonly #crowsnest: Face;
  readonly #transport: McpTransport;
  readonly #options: McpOptions;
  readonly #guard: Guard;
  readonly #handshake: Handshake;
  readonly #sent = new OpenRequests();
  readonly #received = new OpenRequests();
  readonly #seen = new WeakSet<object>();

  constructor(crowsnest: Face, peer: Acquainted, transport: McpTransport, options: McpOptions) {
    this.#crowsnest = crowsnest;
    this.#transport = transport;
    this.#options = options;
    this.#guard = new Guard(crowsnest, "crowsnest/mcp");
    this.#handshake = new Handshake(peer);
  }

  sending(message: unknown, options: unknown): Outgoing | undefined {
    return this.#guard.run(() => {
      const request = asRequest(message);
      if (request !== undefined) {
        this.#watch(fieldsOf(options)?.requestSignal, request.id);
        return this.#send(message as object, request);
      }
      const response = asResponse(message);
      if (response !== undefined) {
        this.#handshake.learnFromResponse(response);
        this.#received.answer(response);
      }
      const cancelled = asCancellation(message);
      // The SDK cancels what has taken too long as well, and says so only in words.
      if (cancelled !== undefined) this.#sent.end(cancelled.id, isTimeout(cancelled.reason) ? "timeout" : "cancelled");
      return undefined;
    });
  }

  receiving(message: unknown): Run | undefined {
    if (typeof message !== "object" || message === null || this.#seen.has(message)) return undefined;
    this.#seen.add(message);
    return this.#guard.run(() => {
      const request = asRequest(message);
      if (request !== undefined) return this.#receive(request);
      const response = asResponse(message);
      if (response !== undefined) {
        this.#handshake.learnFromResponse(response);
        this.#sent.answer(response);
      }
      const cancelled = asCancellation(message);
      if (cancelled !== undefined) this.#received.end(cancelled.id, "cancelled");
      return undefined;
    });
  }

  closed(): void {
    this.#guard.run(() => {
      for (const id of this.#sent.ids) this.#sent.fail(id, "ConnectionClosed", "the connection was closed");
      for (const id of this.#received.ids) this.#received.end(id, "cancelled");
    });
  }

  #send(message: object, request: Request): Outgoing {
    this.#handshake.learnFromRequest(request);
    const place = this.#crowsnest.here();
    const scope = surroundingsOf(place)?.scope;
    const isToolCall = request.method === TOOL_CALL;
    const around = isToolCall ? toolCallIn(scope) : undefined;
    const same = isSameTool(around?.tool, textIn(request.params, "name")) ? around : undefined;
    const { toolCalls = "auto" } = this.#options;
    const counts = isToolCall && (toolCalls === "always" || (toolCalls === "auto" && same === undefined));
    const agent = scope?.agent ?? this.#options.agent ?? this.#handshake.client ?? UNKNOWN_AGENT;
    const facts = this.#facts;
    const options = { side: "client", request, facts, agent, sessionId: facts.sessionId, counts } as const;
    const work = beginOwn(this.#crowsnest, requestKind, options, place);
    const { server } = facts;
    same?.handle.details({ toolType: "mcp", ...(server === undefined ? {} : { server }) });
    this.#sent.add(request.id, { work, place, counts, same });
    // Whoever says "never" here leaves the counting to the server.
    const fields = carried(surroundingsOf(work)?.context, isToolCall ? toolCalls !== "never" : undefined);
    const params = { ...request.params, _meta: { ...metaOf(request), ...fields } };
    return {
      message: Object.keys(fields).length === 0 ? message : { ...message, params },
      run: (send) => work.run(send),
      failed: (error) => this.#guard.run(() => this.#sent.fail(request.id, nameOf(error), messageOf(error))),
    };
  }

  #receive(request: Request): Run {
    this.#handshake.learnFromRequest(request);
    const meta = metaOf(request);
    const origin = this.#originOf(meta);
    const { toolCalls = "auto" } = this.#options;
    const isOurs = toolCalls === "always" || (toolCalls === "auto" && !isToldByCaller(meta));
    const counts = request.method === TOOL_CALL && isOurs;
    const agent = surroundingsOf(origin)?.scope.agent ?? this.#options.agent ?? this.#handshake.client ?? UNKNOWN_AGENT;
    const facts = this.#facts;
    const options = { side: "server", request, facts, agent, sessionId: facts.sessionId, counts } as const;
    const work = beginOwn(this.#crowsnest, requestKind, options, origin);
    this.#received.add(request.id, { work, place: origin, counts, same: undefined });
    return (handle) => work.run(handle);
  }

  /** Where a request comes from: the caller's work, as far as it is known. */
  #originOf(meta: Readonly<Record<string, unknown>>): Place {
    const here = this.#crowsnest.here();
    const context = arrived(meta);
    // A caller in this very process is around us with all of its names and ids, of which only these two came along.
    if (context === undefined || surroundingsOf(here)?.scope.spanId === context.span.spanId) return here;
    const { traceId, spanId } = context.span;
    return placeOf({ scope: { ...OUTERMOST, traceId, spanId }, context: context.context });
  }

  /** Where each request has a stream of its own, to end that stream is to cancel the request, whether it took too long or not. */
  #watch(signal: unknown, id: RequestId): void {
    if (!(signal instanceof AbortSignal)) return;
    signal.addEventListener("abort", () => this.#guard.run(() => this.#sent.end(id, "cancelled")), { once: true });
  }

  get #facts(): Facts {
    return {
      server: this.#handshake.server,
      protocolVersion: this.#handshake.protocolVersion,
      sessionId: this.#transport.sessionId,
      networkTransport: networkTransportOf(this.#transport),
    };
  }
}

/** Frameworks offer a server's tools under the tools' own names, or with the server's name before. */
function isSameTool(around: string | undefined, tool: string | undefined): boolean {
  if (around === undefined || tool === undefined || !around.endsWith(tool)) return false;
  return around.length === tool.length || /[^\p{L}\p{N}]/u.test(around.charAt(around.length - tool.length - 1));
}

function isTimeout(reason: string): boolean {
  return /timed? ?out/i.test(reason);
}
