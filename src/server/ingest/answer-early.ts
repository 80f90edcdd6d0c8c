import type { IncomingMessage, ServerResponse } from "node:http";

/** Most of a refused body that is passed over, and for how long. */
const MAX_BYTES = 32 * 1_024 * 1_024;
const MAX_MILLIS = 5_000;

/**
 * Answers a request whose body may still be arriving. Many senders read the answer only once they have sent everything, and a
 * connection that is closed before that takes the answer with it: so the answer goes out at once, and what is left of the body is
 * passed over. Beyond a limit the connection is closed all the same.
 */
export function answerEarly(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
  request.unpipe();
  if (request.complete || request.destroyed) {
    response.end(body);
    request.resume();
    return;
  }
  response.setHeader("Content-Length", body.length);
  response.write(body);
  let bytesLeft = MAX_BYTES;
  const cut = () => request.destroy();
  const timer = setTimeout(cut, MAX_MILLIS);
  request.on("data", (chunk: Buffer) => {
    bytesLeft -= chunk.length;
    if (bytesLeft < 0) cut();
  });
  request.once("error", () => undefined);
  request.once("close", () => {
    clearTimeout(timer);
    response.end();
  });
  // Whoever read the body before may have paused it.
  request.resume();
}
