import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { framePerBatch, framePerEvent } from "../../../src/server/live/encodings.ts";
import { LiveEvent } from "../../../src/server/live/live-event.ts";
import { someEvents } from "../../helpers/events.ts";
import { silentClient, watch } from "../../support/live-clients.ts";
import { startLive } from "../../support/live-server.ts";
import { until } from "../../support/until.ts";

// Frames of events go past `ws`, straight to the stream below it; those of `ws` (pongs, pings, goodbyes) have to stand between them.

test.each(["/ws", "/ws?batch=1"])(
  "pongs and answers stand between frames of events at %s, also where the network is slow",
  async (path) => {
    const live = await startLive({ capacity: 100_000 });
    const watcher = await watch(live.url, path);
    let pongs = 0;
    watcher.socket.on("pong", (data) => {
      if (data.toString() === `ping ${pongs}`) pongs += 1;
    });
    for (let round = 0; round < 60; round += 1) {
      // Stops and goes, so that frames of both kinds wait in the stream together.
      if (round % 3 === 0) watcher.socket.pause();
      if (round % 3 === 2) watcher.socket.resume();
      for (let count = 0; count < 5; count += 1) watcher.socket.ping(`ping ${round * 5 + count}`);
      watcher.say({ subscribe: {} });
      await live.publish(300);
      await nextTurn();
    }
    watcher.socket.resume();
    await watcher.reached(18_000);
    await watcher.told("subscribed", 60);
    await until("all pongs", () => pongs === 300);
    expect(watcher.seqs).toEqual(live.log.map(({ seq }) => seq));
    // A client closes a connection in which anything is out of place.
    expect(watcher.socket.readyState).toBe(WebSocket.OPEN);
    watcher.socket.close(4_000, "enough");
    await live.publish(100);
    expect(await watcher.closed).toEqual({ code: 4_000, reason: "enough" });
  },
);

test("nothing follows a goodbye, whoever says it first", async () => {
  const live = await startLive();
  const client = await silentClient(live.port);
  const chunks: Uint8Array[] = [];
  client.on("data", (chunk) => chunks.push(Buffer.from(chunk as Uint8Array)));
  client.resume();
  await live.publish(1_000);
  // A close frame with code 1000, masked as those of clients are.
  client.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
  await live.publish(1_000);
  await live.publish(1_000);
  await until("the end", () => client.readableEnded);
  const bytes = Buffer.concat(chunks);
  expect([...bytes.subarray(-4)]).toEqual([0x88, 0x02, 0x03, 0xe8]);
});

test("frames are those that ws itself writes, at every length", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  const [[socket]] = await Promise.all([once(sockets, "connection"), once(client, "open")]);
  const written: (Buffer | string)[] = [];
  const stream = Reflect.get(socket, "_socket") as { write(bytes: Buffer | string): boolean };
  stream.write = (bytes) => {
    written.push(bytes);
    return true;
  };
  const [event] = someEvents(1);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 1, 100, 200, 40_000, 70_000), fc.string({ unit: "grapheme" }), async (length, text) => {
      const live = new LiveEvent({
        ...event,
        attributes: { text: text + "x".repeat(length) },
        seq: 1,
        receivedUnixMillis: 0,
      } as never);
      for (const [encoding, json] of [
        [framePerEvent, live.console],
        [framePerBatch, `[${live.console},${live.console}]`],
      ] as const) {
        written.length = 0;
        socket.send(json);
        const ours = encoding.events(encoding === framePerEvent ? [live] : [live, live]);
        expect(ours.equals(Buffer.concat(written.map((part) => Buffer.from(part as string))))).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});
