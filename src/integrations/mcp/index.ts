import type { Face } from "../../instrument/face.ts";
import { checkFace } from "../check.ts";
import { Connection } from "./connection.ts";
import type { Acquainted } from "./handshake.ts";
import { checkOptions, type McpOptions } from "./options.ts";
import { listenTo, type McpTransport, replaceMethod } from "./transport.ts";

export type { McpOptions } from "./options.ts";
export type { McpTransport } from "./transport.ts";

/** A `Client` or `Server` of the SDK, version 1 or 2, or a `McpServer`, which has a server inside. */
export interface McpPeer extends Acquainted {
  connect(transport: never, ...rest: never[]): Promise<unknown>;
  readonly transport?: McpTransport | undefined;
  readonly server?: object;
}

/**
 * Watches an MCP client or server of the official SDK, version 1 or 2: the connections that it makes from now on, and the one that it
 * has. Requests become spans by OpenTelemetry's conventions, on both sides in one trace, as the context goes along in
 * `params._meta`; a tool's handler runs inside of its span, so what the host does in it with Crowsnest nests there.
 *
 * A tool call is `tool_called` once: the client's side tells it, and where the call is an agent's tool call already (an agent
 * framework's tool that calls the MCP tool of that name) it belongs to that one. The server's side tells it only where nothing says
 * that the caller is watched. All other requests are spans without events.
 *
 * @param crowsnest of `createCrowsnest`, or of a hub's `attach`
 * @param peer a client, a server, or a single transport before it is connected
 * @returns how to stop that
 * @throws TypeError where an option is wrong, naming it
 */
export function instrumentMcp(crowsnest: Face, peer: McpPeer | McpTransport, options: McpOptions = {}): () => void {
  checkFace(crowsnest);
  checkOptions(options);
  if (isTransport(peer)) return listenTo(peer, new Connection(crowsnest, {}, peer, options)) ?? (() => undefined);
  if (!isPeer(peer)) throw new TypeError("the second argument has to be a Client, a Server, a McpServer or a transport");
  const inner = isPeer(peer.server) ? peer.server : peer;
  // A client or a server has one connection at a time.
  let stop: (() => void) | undefined;
  const listen = (transport: McpTransport) => {
    stop = listenTo(transport, new Connection(crowsnest, inner, transport, options)) ?? stop;
  };
  if (inner.transport !== undefined) listen(inner.transport);
  const unpatch = replaceMethod(
    inner,
    "connect",
    (connect) =>
      function (transport, ...rest) {
        if (isTransport(transport)) listen(transport);
        return connect.call(this, transport, ...rest);
      },
  );
  return () => {
    unpatch();
    stop?.();
  };
}

function isTransport(value: unknown): value is McpTransport {
  return hasMethod(value, "send") && hasMethod(value, "start");
}

function isPeer(value: unknown): value is McpPeer {
  return hasMethod(value, "connect");
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function";
}
