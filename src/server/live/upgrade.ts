import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "../access-guard.ts";
import { Problem, problemBody } from "../api/problem.ts";
import { keepUpgraded } from "../make-room.ts";

export type Accept = (request: IncomingMessage, stream: Duplex, head: Buffer) => void;

/** Takes the upgrades to WebSockets that a server is asked for and that are not refused. */
export function onUpgrade(server: Server, refusal: (request: IncomingMessage) => Refusal | undefined, accept: Accept): void {
  // Some clients (Java's, for one) offer HTTP/2 with every request, and expect a plain answer where nobody takes that up. Node
  // before 24.9 does not ask, and gives them to the listener below.
  Object.assign(server, { shouldUpgradeCallback: isForWebSocket });
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const refused = isForWebSocket(request) ? refusal(request) : { status: 426, error: "this hub upgrades to WebSocket only" };
    if (refused !== undefined) return refuse(stream, refused);
    keepUpgraded(stream);
    accept(request, stream, head);
  });
}

function isForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function refuse(stream: Duplex, { status, error, retryAfterSeconds }: Refusal): void {
  const body = `${problemBody(new Problem(status, error))}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
  ];
  stream.on("error", () => undefined);
  // The other side may keep its half open for ever.
  stream.end([...head, "", body].join("\r\n"), () => stream.destroy());
}
