import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { LiveStream } from "../../src/server/live/live-stream.ts";
import { answer, type PublishRequest } from "./protocol.ts";
import { publishSteadily } from "./publish.ts";

// The live stream alone: what it costs to tell clients, without what it costs to keep, count and see events.
const stream = new LiveStream({ capacity: 100, maxWatchers: 1_000 }, 0, {
  refusal: () => undefined,
  readAfter: async () => [],
  seqBefore: async () => 0,
  delivered: () => undefined,
  dropped: () => undefined,
  watched: () => undefined,
  refused: () => undefined,
});
const server = createServer();
stream.attach(server, ["/ws"]);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
let seq = 0;
answer((request: PublishRequest | "port") =>
  request === "port"
    ? Promise.resolve((server.address() as AddressInfo).port)
    : publishSteadily(request, (events) => {
        for (const event of events) stream.publish({ ...event, seq: ++seq, receivedUnixMillis: event.timeUnixMillis });
      }),
);
