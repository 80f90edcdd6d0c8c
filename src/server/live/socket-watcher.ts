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
  /** The seq before the first event that happened at or after a moment. */
  readonly seqBefore: (unixMillis: number) => Promise<number>;
}

/** Whoever says so much that is not understood is not one of ours. */
const MAX_MISTAKES = 20;

/** Joins a WebSocket to the stream, and does what it says. */
export function watchSocket(socket: WebSocket, stream: Duplex, subscriber: Subscriber, dependencies: WatcherDependencies): void {
  let mistakes = 0;
  dependencies.broadcaster.add(subscriber);
  stream.on("drain", () => subscriber.onTaken());
  socket.on("close", () => {
    dependencies.broadcaster.remove(subscriber);
    subscriber.onGone();
  });
  // A frame that is too large or broken closes the connection, which is all that is to be done about it.
  socket.on("error", () => undefined);
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? { error: "a message has to be text" } : readMessage(data.toString());
    if (!("error" in message)) return obey(message, subscriber, dependencies);
    mistakes += 1;
    if (mistakes > MAX_MISTAKES) subscriber.close(closeCodes.misbehaved, "too many messages that were not understood");
    else subscriber.notify(message);
  });
}

/** Each wish has its answer, which stands between what was sent before and what is sent because of it. */
function obey({ subscribe, pause, resumeFrom, since }: Message, subscriber: Subscriber, dependencies: WatcherDependencies): void {
  if (subscribe !== undefined) {
    const filter = compileFilter(subscribe);
    subscriber.subscribe(filter);
    subscriber.notify({ subscribed: filter.input, seq: subscriber.position });
  }
  if (pause === true) {
    subscriber.pause();
    subscriber.notify({ paused: true, seq: subscriber.position });
  } else if (pause === false) {
    subscriber.notify({ paused: false, seq: subscriber.position });
    if (subscriber.state === "paused") dependencies.catchUp.start(subscriber, subscriber.position);
  } else if (resumeFrom !== undefined) {
    resume(subscriber, resumeFrom, dependencies.catchUp);
  } else if (since !== undefined) {
    void resumeSince(subscriber, since, dependencies);
  }
}

function resume(subscriber: Subscriber, seq: number, catchUp: CatchUp): void {
  subscriber.notify({ resumed: catchUp.start(subscriber, seq) });
}

/** Nothing is sent while the store looks for the moment; a wish that comes meanwhile takes its place. */
async function resumeSince(
  subscriber: Subscriber,
  sinceUnixMillis: number,
  { seqBefore, catchUp }: WatcherDependencies,
): Promise<void> {
  subscriber.pause();
  const { turn } = subscriber;
  try {
    const seq = await seqBefore(sinceUnixMillis);
    if (subscriber.turn === turn) resume(subscriber, seq, catchUp);
  } catch {
    subscriber.close(closeCodes.tryAgainLater, "events cannot be read at the moment");
  }
}
