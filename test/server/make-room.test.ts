import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { keepUpgraded, makeRoom } from "../../src/server/make-room.ts";
import { RawSocket } from "../support/raw-socket.ts";
import { until } from "../support/until.ts";

/** Of which the last hundred are kept free. */
const MOST = 110;
const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n";

/** A port where quiet connections give way, but for the last twenty, once there are more than ten. */
async function startSmall(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.on("upgrade", (_request, stream) => {
    keepUpgraded(stream);
    stream.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  });
  Object.assign(server, { shouldUpgradeCallback: ({ headers }: { headers: { upgrade?: string } }) => headers.upgrade === "raw" });
  makeRoom(server, MOST);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** So many connections, one after the other. */
async function connected(url: string, count: number, said = ""): Promise<RawSocket[]> {
  const sockets: RawSocket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = new RawSocket(url);
    sockets.push(socket);
    await once(socket.socket, "connect");
    socket.write(said);
  }
  return sockets;
}

test("those that are quiet for longest give way, whether they say nothing, half of something, or had their answer", async () => {
  const url = await startSmall((_request, response) => response.end("yes"));
  const [silent] = (await connected(url, 1)) as [RawSocket];
  const [half] = (await connected(url, 1, GET)) as [RawSocket];
  const [answered] = (await connected(url, 1, `${GET}\r\n`)) as [RawSocket];
  await answered.answers(1);
  const others = await connected(url, 17);
  // It asks again: of all twenty it is the one that was heard of last.
  answered.write(`${GET}\r\n`);
  await answered.answers(2);
  await connected(url, 1);
  await silent.closed();
  expect(half.isClosed).toBe(false);
  await connected(url, 18);
  await Promise.all([half, ...others].map((socket) => socket.closed()));
  expect(answered.isClosed).toBe(false);
  await connected(url, 1);
  await answered.closed();
});

test("those that are answered, or speak something else by now, stay", async () => {
  const url = await startSmall(({ url: path }, response) => {
    if (path === "/slow") response.write("more follows");
    else response.end("yes");
  });
  const slow = await connected(url, 3, `${GET.replace("/", "/slow")}\r\n`);
  // One request behind the other: the first is answered at once, the second is under way.
  const behind = await connected(url, 3, `${GET}\r\n${GET.replace("/", "/slow")}\r\n`);
  const raw = await connected(url, 3, `${GET}Connection: Upgrade\r\nUpgrade: raw\r\n\r\n`);
  await Promise.all([...slow, ...raw].map((socket) => socket.answers(1)));
  await Promise.all(behind.map((socket) => socket.answers(2)));
  const quiet = await connected(url, 40);
  await Promise.all(quiet.slice(0, 20).map((socket) => socket.closed()));
  await sleep(50);
  expect([...slow, ...behind, ...raw].filter(({ isClosed }) => isClosed)).toEqual([]);
});

test("whoever comes when all are at work is refused, and a place that is left is taken", async () => {
  const url = await startSmall((_request, response) => void response.write("more follows"));
  const atWork = await connected(url, MOST, `${GET}\r\n`);
  await Promise.all(atWork.map((socket) => socket.answers(1)));
  const [refused] = (await connected(url, 1, `${GET}\r\n`)) as [RawSocket];
  await refused.closed();
  expect(refused.statuses).toEqual([]);
  atWork[0]?.socket.destroy();
  await until("room", async () => {
    const [next] = (await connected(url, 1, `${GET}\r\n`)) as [RawSocket];
    await until("an answer or the end", () => next.isClosed || next.statuses.length > 0);
    return next.statuses[0] === 200;
  });
});
