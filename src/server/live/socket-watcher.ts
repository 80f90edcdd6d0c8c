import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Broadcaster } from "./broadcaster.ts";
import { catchUp, type ReadAfter } from "./catch-up.ts";
import { framePerBatch, framePerEvent } from "./encodings.ts";
import { type Message, readMessage } from "./messages.ts";
import { type Connection, Subscriber } from "./subscriber.ts";

export interface SocketOptions {
  readonly capacity: number;
  /** Several events in one frame, as a JSON array. */
  readonly batch: boolean;
}

const MAX_MISTAKES = 20;
const TRY_AGAIN_LATER = 1_013;
const POLICY_VIOLATION = 1_008;

/** Joins a WebSocket to the stream, and does what it says. */
export function watchSocket(
  socket: WebSocket,
  stream: Duplex,
  { capacity, batch }: SocketOptions,
  broadcaster: Broadcaster,
  readAfter: ReadAfter,
): Subscriber {
  const encoding = batch ? framePerBatch : framePerEvent;
  const subscriber = new Subscriber(connectionOf(socket, stream), { capacity, encoding });
  let mistakes = 0;
  broadcaster.add(subscriber);
  stream.on("drain", () => subscriber.drain());
  socket.on("close", () => broadcaster.remove(subscriber));
  // A frame that is too large or broken closes the connection, which is all that is to be done about it.
  socket.on("error", () => undefined);
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? { error: "a message has to be text" } : readMessage(data.toString());
    if (!("error" in message)) return obey(message, subscriber, broadcaster, readAfter);
    mistakes += 1;
    if (mistakes > MAX_MISTAKES) socket.close(POLICY_VIOLATION, "too many messages that were not understood");
    else subscriber.notify(message);
  });
  return subscriber;
}

function obey(message: Message, subscriber: Subscriber, broadcaster: Broadcaster, readAfter: ReadAfter): void {
  // What was published under the old terms goes out under them.
  broadcaster.flush();
  if ("subscribe" in message) {
    subscriber.filter = message.subscribe;
    subscriber.notify({ subscribed: message.subscribe.input });
  } else if ("resumeFrom" in message) {
    replay(subscriber, message.resumeFrom, broadcaster, readAfter);
  } else if (message.pause) {
    subscriber.pause();
    subscriber.notify({ paused: true });
  } else if (subscriber.hold === "paused") {
    subscriber.notify({ paused: false });
    replay(subscriber, subscriber.seq, broadcaster, readAfter);
  }
}

function replay(subscriber: Subscriber, seq: number, broadcaster: Broadcaster, readAfter: ReadAfter): void {
  catchUp(subscriber, seq, broadcaster, readAfter).catch(() => subscriber.close("what was missed cannot be read at the moment"));
}

/**
 * Frames are made once for all watchers and written to the stream below the WebSocket. Between two writes of `ws` itself there is never
 * half a frame, as it writes each one whole and compresses none.
 */
function connectionOf(socket: WebSocket, stream: Duplex): Connection {
  return {
    get backlogBytes() {
      return stream.writableLength;
    },
    write(bytes) {
      if (socket.readyState === socket.OPEN) stream.write(bytes);
    },
    taken: () =>
      new Promise((resolve) => {
        stream.once("drain", resolve);
        stream.once("close", resolve);
      }),
    close(reason) {
      socket.close(TRY_AGAIN_LATER, reason);
      // A stuck connection does not take the goodbye either.
      if (stream.writableLength > 0) socket.terminate();
    },
  };
}
