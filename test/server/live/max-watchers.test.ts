import type { IncomingMessage } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { endpoints } from "../../../src/server/api/endpoints/index.ts";
import { openApiDocument } from "../../../src/server/api/openapi.ts";
import { complete } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";
import { watch, watchSse } from "../../support/live-clients.ts";
import { startLive } from "../../support/live-server.ts";
import { expectDocumented, type OpenApi } from "../../support/openapi.ts";
import { until } from "../../support/until.ts";

const STREAM = "/api/cato/events/stream";

/** What a WebSocket is answered that is not let in. */
async function refusedSocket(url: string, path = "/ws"): Promise<Response> {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`);
  onTestFinished(() => socket.terminate());
  socket.on("error", () => undefined);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    socket.once("unexpected-response", (_request, answer) => resolve(answer));
    socket.once("open", () => reject(new Error("it was let in")));
  });
  const body = (await response.setEncoding("utf8").toArray()).join("");
  const refused = new Response(body, { status: response.statusCode ?? 0, headers: response.headersDistinct as never });
  return Object.defineProperty(refused, "url", { value: `${url}${path}` });
}

test("at the limit others are told to come later, while scrapes, health and events go on", async () => {
  const { hub, told, metric } = await startTestHub({ maxWatchers: 3, wsPort: 0 });
  const document = openApiDocument(endpoints, "0.0.0") as OpenApi;
  const first = await watch(hub.url);
  await watch(hub.wsUrl.replace("ws", "http"), "/");
  const third = await watchSse(hub.url);
  await third.told("type");

  for (const ask of [
    () => refusedSocket(hub.url),
    () => refusedSocket(hub.wsUrl.replace("ws", "http"), "/ws"),
    () => fetch(hub.url + STREAM),
    () => fetch(`${hub.url}${STREAM}?since=2026-01-01`),
  ]) {
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.clone().json()).toEqual({
      type: "about:blank",
      title: "The hub cannot answer at the moment",
      status: 503,
      detail: "3 watch the live stream already, which is the most; maxWatchers (CROWSNEST_MAX_WATCHERS) lets in more",
    });
    await expectDocumented(document, refused);
  }
  expect(told).toEqual([
    "crowsnest: a watcher is refused: 3 watch the live stream already, which is the most; maxWatchers (CROWSNEST_MAX_WATCHERS) lets in more",
  ]);

  expect((await fetch(`${hub.url}/health`)).status).toBe(200);
  expect(await metric("crowsnest_live_clients")).toBe(3);
  const event = complete({ type: "agent_started", agent: "scribe", data: {} });
  const sent = await fetch(`${hub.url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(event),
  });
  expect(sent.status).toBe(202);
  await first.reached(1);
  await third.reached(1);
});

test("whoever leaves makes room for another, however it watched", async () => {
  const live = await startLive({ maxWatchers: 2 });
  const [socket, sse] = [await watch(live.url), await watchSse(live.url)];
  await sse.told("type");
  expect((await refusedSocket(live.url)).status).toBe(503);

  socket.socket.close();
  await until("the first to be gone", () => live.told.watched === 1);
  const next = await watchSse(live.url);
  await next.told("type");
  expect((await fetch(live.url + STREAM)).status).toBe(503);

  await sse.response.body?.cancel().catch(() => undefined);
  await live.stop();
});

test("those who ask at once, and wait for the store meanwhile, are not more than there may be", async () => {
  const half = Promise.withResolvers<void>();
  let asked = 0;
  const live = await startLive({
    maxWatchers: 2,
    slowReads: () => {
      asked += 1;
      return half.promise;
    },
  });
  const asking = Array.from({ length: 5 }, () => watchSse(live.url, "?since=2026-01-01"));
  await until("all to have asked", () => asked === 5);
  half.resolve();
  const statuses = (await Promise.all(asking)).map(({ response }) => response.status);
  expect(statuses.sort()).toEqual([200, 200, 503, 503, 503]);
  expect(live.told).toMatchObject({ watched: 2, refused: 3 });
});
