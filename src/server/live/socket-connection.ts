import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Connection } from "./connection.ts";

/**
 * Writes frames that were made once for all watchers to the stream below a WebSocket. `ws` hands each frame of its own to that stream
 * whole and at once, as it compresses none and is given no blobs, so neither ever stands within the other.
 */
export class SocketConnection implements Connection {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  #writtenBytes = 0;

  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
  }

  get backlogBytes(): number {
    return this.#stream.writableLength;
  }

  /** Bytes that the network took. While more wait, they grow only when the other side takes some. */
  get takenBytes(): number {
    return this.#writtenBytes - this.backlogBytes;
  }

  write(bytes: Buffer): void {
    // Nothing may follow a close frame.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#writtenBytes += bytes.length;
    this.#stream.write(bytes);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}
