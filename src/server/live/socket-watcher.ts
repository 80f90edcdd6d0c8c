import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Broadcaster } from "./broadcaster.ts";
import type { CatchUp } from "./catch-up.ts";
import { closeCodes } from "./connection.ts";
import { compileFilter } from "./filter.ts";
import { type Message, readMessage } from "./messages.ts";
import type { Subscriber } from "./subscriber.ts";

export interface WatcherDependencies {
  readonly broadcaster: Broadcaster;
  readonly catchUp: CatchUp;
}

/** Whoever says so much that is not understood is not one of ours. */
const MAX_MISTAKES = 20;

/** Joins a WebSocket to the stream, and does what it says. */
export function watchSocket(
  socket: WebSocket,
  stream: Duplex,
  subscriber: Subscriber,
  { broadcaster, catchUp }: WatcherDependencies,
): void {
  let mistakes = 0;
  broadcaster.add(subscriber);
  stream.on("drain", () => subscriber.onTaken());
  socket.on("close", () => {
    broadcaster.remove(subscriber);
    subscriber.onGone();
  });
  // A frame that is too large or broken closes the connection, which is all that is to be done about it.
  socket.on("error", () => undefined);
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? { error: "a message has to be text" } : readMessage(data.toString());
    if (!("error" in message)) return obey(message, subscriber, catchUp);
    mistakes += 1;
    if (mistakes > MAX_MISTAKES) subscriber.close(closeCodes.misbehaved, "too many messages that were not understood");
    else subscriber.notify(message);
  });
}

/** Each wish has its answer, which stands between what was sent before and what is sent because of it. */
function obey({ subscribe, pause, resumeFrom, since }: Message, subscriber: Subscriber, catchUp: CatchUp): void {
  if (subscribe !== undefined) {
    // What waits was chosen by the old filter, so it is read again by the new one.
    if (subscriber.depth > 0) catchUp.start(subscriber, subscriber.position);
    subscriber.filter = compileFilter(subscribe);
    subscriber.notify({ subscribed: subscriber.filter.input, seq: subscriber.position });
  }
  if (pause === true) {
    subscriber.pause();
    subscriber.notify({ paused: true, seq: subscriber.position });
  } else if (pause === false) {
    subscriber.notify({ paused: false, seq: subscriber.position });
    if (subscriber.state === "paused") catchUp.start(subscriber, subscriber.position);
  } else if (resumeFrom !== undefined) {
    subscriber.notify({ resumed: catchUp.start(subscriber, resumeFrom) });
  } else if (since !== undefined) {
    catchUp.startSince(subscriber, since, (seq) => subscriber.notify({ resumed: seq }));
  }
}
