import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Broadcaster } from "./broadcaster.ts";
import type { ReadAfter } from "./catch-up.ts";
import { watchSocket } from "./socket-watcher.ts";

export interface SocketServerOptions {
  /** Most events that wait for one watcher. */
  readonly capacity: number;
  /** @default 15_000 */
  readonly pingMillis?: number;
}

/** Longest message of a watcher. */
const MAX_MESSAGE_BYTES = 64 * 1_024;
const PING_MILLIS = 15_000;

/** WebSockets that watch: made of upgrades that were let in, pinged, and let go when they do not answer. */
export class SocketServer {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #options: SocketServerOptions;
  readonly #broadcaster: Broadcaster;
  readonly #readAfter: ReadAfter;
  readonly #silent = new WeakSet<WebSocket>();
  readonly #pinging: NodeJS.Timeout;

  constructor(options: SocketServerOptions, broadcaster: Broadcaster, readAfter: ReadAfter) {
    this.#options = options;
    this.#broadcaster = broadcaster;
    this.#readAfter = readAfter;
    this.#pinging = setInterval(() => this.#ping(), options.pingMillis ?? PING_MILLIS);
    this.#pinging.unref();
  }

  /** Takes an upgrade that may come in. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      const { searchParams } = new URL(request.url ?? "/", "http://hub");
      const options = { capacity: this.#options.capacity, batch: searchParams.get("batch") === "1" };
      watchSocket(socket, stream, options, this.#broadcaster, this.#readAfter);
      socket.on("pong", () => this.#silent.delete(socket));
    });
  }

  close(): void {
    clearInterval(this.#pinging);
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  /** Whoever has not answered the last ping by the next one is gone, whatever the network says. */
  #ping(): void {
    for (const socket of this.#server.clients) {
      if (this.#silent.has(socket)) {
        socket.terminate();
        continue;
      }
      this.#silent.add(socket);
      socket.ping();
    }
  }
}
