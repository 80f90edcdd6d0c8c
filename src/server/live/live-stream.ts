import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type RequestHandler, Router } from "express";
import type { StoredEvent } from "../../events/types.ts";
import { Broadcaster, type BroadcasterWatcher } from "./broadcaster.ts";
import type { ReadAfter } from "./catch-up.ts";
import { SocketServer } from "./socket-server.ts";
import { createSseRouter } from "./sse-router.ts";
import { createSubscribersRouter } from "./subscribers-router.ts";

export interface LiveOptions {
  /** Most events that wait for one watcher. */
  readonly capacity: number;
  /** @default 15_000 */
  readonly pingMillis?: number;
}

export interface LiveDependencies extends BroadcasterWatcher {
  /** Why a request may not watch; undefined where it may. */
  refusal(request: IncomingMessage): { readonly status: number; readonly error: string } | undefined;
  readonly readAfter: ReadAfter;
  readonly seqBefore: (unixMillis: number) => Promise<number>;
}

/** The live stream, whole: by WebSocket on any server that it is attached to, and by server-sent events. */
export class LiveStream {
  /** Server-sent events, and the list of who watches. */
  readonly router: RequestHandler;
  readonly #broadcaster: Broadcaster;
  readonly #sockets: SocketServer;
  readonly #dependencies: LiveDependencies;

  /** @param lastSeq of the newest event that was stored before any is published here */
  constructor(options: LiveOptions, lastSeq: number, dependencies: LiveDependencies) {
    const { readAfter, seqBefore } = dependencies;
    this.#dependencies = dependencies;
    this.#broadcaster = new Broadcaster(dependencies, lastSeq);
    this.#sockets = new SocketServer(options, this.#broadcaster, readAfter);
    const router = Router();
    router.use(createSseRouter(options, { broadcaster: this.#broadcaster, readAfter, seqBefore }));
    router.use(createSubscribersRouter(this.#broadcaster));
    this.router = router;
  }

  /** Events come in the order of their seq. */
  publish(event: StoredEvent): void {
    this.#broadcaster.publish(event);
  }

  /** Takes WebSockets on these paths of a server. */
  attach(server: Server, paths: readonly string[]): void {
    server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      const refusal = this.#refusal(request, paths);
      if (refusal === undefined) this.#sockets.accept(request, stream, head);
      else refuseUpgrade(stream, refusal.status, refusal.error);
    });
  }

  /** Tells everybody goodbye. */
  close(): void {
    this.#broadcaster.close();
    this.#sockets.close();
  }

  #refusal(request: IncomingMessage, paths: readonly string[]): { status: number; error: string } | undefined {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (!paths.includes(path))
      return { status: 404, error: `there is no WebSocket at ${path}; there is one at ${paths.join(" and ")}` };
    return this.#dependencies.refusal(request);
  }
}

/** A server that answers WebSockets and nothing else. */
export function socketOnlyServer(): Server {
  return createServer((_request, response) => {
    response.writeHead(426, { "Content-Type": "text/plain", Upgrade: "websocket" }).end("This port speaks WebSocket.\n");
  });
}

function refuseUpgrade(stream: Duplex, status: number, error: string): void {
  stream.on("error", () => undefined);
  const body = `${JSON.stringify({ error })}\n`;
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}
