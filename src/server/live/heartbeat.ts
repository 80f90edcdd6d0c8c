import type { WebSocket } from "ws";
import type { SocketConnection } from "./socket-connection.ts";

interface Pulse {
  readonly connection: SocketConnection;
  awaitsPong: boolean;
  takenBytes: number;
}

/** While nothing waits, the network's own buffers may take so much again and again, but not for long, of one that is gone. */
const BUFFERED_BYTES = 1_048_576;

/** Pings WebSockets: whoever has not answered by the next ping is gone, whatever the network says. */
export class Heartbeat {
  readonly #pulses = new Map<WebSocket, Pulse>();
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMillis: number) {
    this.#timer = setInterval(() => this.#beat(), intervalMillis);
    this.#timer.unref();
  }

  watch(socket: WebSocket, connection: SocketConnection): void {
    const pulse: Pulse = { connection, awaitsPong: false, takenBytes: 0 };
    this.#pulses.set(socket, pulse);
    socket.on("pong", () => {
      pulse.awaitsPong = false;
    });
    socket.on("close", () => this.#pulses.delete(socket));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const [socket, pulse] of this.#pulses) {
      const { connection, awaitsPong } = pulse;
      // A slow one reads what waits before it comes to the ping; that it takes some of it says as much as an answer.
      const movedBytes = connection.takenBytes - pulse.takenBytes;
      const isMoving = movedBytes > (connection.backlogBytes > 0 ? 0 : BUFFERED_BYTES);
      pulse.takenBytes = connection.takenBytes;
      if (awaitsPong && !isMoving) socket.terminate();
      if (awaitsPong) continue;
      pulse.awaitsPong = true;
      socket.ping();
    }
  }
}
