import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { consoleShape } from "../../src/server/live/wire.ts";
import { answer, type PublishRequest } from "./protocol.ts";
import { publishSteadily } from "./publish.ts";

// What one writes first: each event is written once and sent to each client, and nothing else is done with it.
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
let seq = 0;
answer((request: PublishRequest | "port") =>
  request === "port"
    ? Promise.resolve((server.address() as AddressInfo).port)
    : publishSteadily(request, (events) => {
        for (const event of events) {
          seq += 1;
          const text = JSON.stringify(consoleShape({ ...event, seq, receivedUnixMillis: Date.now() }));
          for (const socket of sockets.clients) socket.send(text);
        }
      }),
);
