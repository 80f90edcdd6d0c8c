import type { IncomingMessage, Server } from "node:http";
import { type RequestHandler, Router } from "express";
import type { StoredEvent } from "../../events/types.ts";
import type { Refusal } from "../access-guard.ts";
import { Broadcaster, type BroadcasterOptions, type BroadcasterWatcher } from "./broadcaster.ts";
import { CatchUp, type LogReaders } from "./catch-up.ts";
import { SocketServer, type SocketServerOptions } from "./socket-server.ts";
import { createSseRouter, type SseOptions } from "./sse-router.ts";
import { createSubscribersRouter } from "./subscribers-router.ts";
import { onUpgrade } from "./upgrade.ts";

export interface LiveOptions extends BroadcasterOptions, SocketServerOptions, SseOptions {}

export interface LiveDependencies extends BroadcasterWatcher, LogReaders {
  /** Why a request may not watch; undefined where it may. */
  refusal(request: IncomingMessage): Refusal | undefined;
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
    this.#dependencies = dependencies;
    this.#broadcaster = new Broadcaster(options, lastSeq, dependencies);
    const watching = {
      broadcaster: this.#broadcaster,
      catchUp: new CatchUp(this.#broadcaster, dependencies),
    };
    this.#sockets = new SocketServer(options, watching);
    const router = Router();
    router.use(createSseRouter(options, { ...watching, seqBefore: (unixMillis) => dependencies.seqBefore(unixMillis) }));
    router.use(createSubscribersRouter(this.#broadcaster));
    this.router = router;
  }

  /** Events come in the order of their seq, once each, when they can be read from the store. */
  publish(event: StoredEvent): void {
    this.#broadcaster.publish(event);
  }

  /** Takes WebSockets on these paths of a server. */
  attach(server: Server, paths: readonly string[]): void {
    onUpgrade(
      server,
      (request) => this.#refusal(request, paths),
      (request, stream, head) => this.#sockets.accept(request, stream, head),
    );
  }

  /** Sends what is left and tells everybody goodbye; resolves once they are gone, within a second or so. */
  close(): Promise<void> {
    this.#broadcaster.close();
    return this.#sockets.close();
  }

  #refusal(request: IncomingMessage, paths: readonly string[]): Refusal | undefined {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (paths.includes(path)) return this.#dependencies.refusal(request) ?? this.#broadcaster.refusal();
    return { status: 404, error: `there is no WebSocket at ${path}; there is one at ${paths.join(" and ")}` };
  }
}
