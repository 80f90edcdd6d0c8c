import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { GOODBYE_MILLIS } from "./connection.ts";
import { framePerBatch, framePerEvent } from "./encodings.ts";
import { Heartbeat } from "./heartbeat.ts";
import { SocketConnection } from "./socket-connection.ts";
import { type WatcherDependencies, watchSocket } from "./socket-watcher.ts";
import { Subscriber } from "./subscriber.ts";

export interface SocketServerOptions {
  /** Most events that wait for one watcher. */
  readonly capacity: number;
  /** @default 15_000 */
  readonly pingMillis?: number;
}

/** Longest message of a watcher. */
const MAX_MESSAGE_BYTES = 64 * 1_024;
const PING_MILLIS = 15_000;

/** Known to `ws`, but not to its types. */
const closeTimeout = { closeTimeout: GOODBYE_MILLIS };

/** WebSockets that watch: made of upgrades that were let in, pinged, and let go when they do not answer. */
export class SocketServer {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Frames are written once for all, and below `ws` (see SocketConnection): neither goes with a compression per connection.
    perMessageDeflate: false,
    // One message a turn: however much somebody says at once, everybody else has turns in between.
    allowSynchronousEvents: false,
    ...closeTimeout,
  });
  readonly #heartbeat: Heartbeat;
  readonly #options: SocketServerOptions;
  readonly #dependencies: WatcherDependencies;

  constructor(options: SocketServerOptions, dependencies: WatcherDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#heartbeat = new Heartbeat(options.pingMillis ?? PING_MILLIS);
  }

  /** Takes an upgrade that may come in. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const parameters = new URLSearchParams(request.url?.split("?")[1]);
    const encoding = parameters.get("batch") === "1" ? framePerBatch : framePerEvent;
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      const connection = new SocketConnection(socket, stream);
      const subscriber = new Subscriber(connection, { capacity: this.#options.capacity, encoding });
      this.#heartbeat.watch(socket, connection);
      watchSocket(socket, stream, subscriber, this.#dependencies);
    });
  }

  /** Resolves once everybody is gone who was told goodbye before. */
  async close(): Promise<void> {
    this.#server.close();
    await Promise.allSettled([...this.#server.clients].map((socket) => once(socket, "close")));
    this.#heartbeat.stop();
  }
}
