import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import { describe, expect, onTestFinished, test } from "vitest";
import { createEventsRouter } from "../../../src/server/ingest/events-router.ts";
import { listen } from "../../../src/server/listen.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { RawSocket, requestHead } from "../../support/raw-socket.ts";
import { send } from "../../support/send.ts";
import { until } from "../../support/until.ts";
import { honestEvent, type WayIn, waysIn } from "../../support/ways-in.ts";

const json = waysIn[0] as WayIn;
const text = (agent: string) => JSON.stringify(honestEvent(agent));

function withBody(agent: string, ...headers: readonly string[]): string {
  const body = text(agent);
  return `${requestHead("/v1/events", "Content-Type: application/json", `Content-Length: ${body.length}`, ...headers)}${body}`;
}

async function keptAgents({ hub }: TestHub): Promise<(string | undefined)[]> {
  return (await hub.query({})).events.map(({ agent }) => agent);
}

async function expectHonestServed(hub: TestHub): Promise<void> {
  const startedMillis = performance.now();
  const { status } = await send(`${hub.hub.url}/v1/events`, { "content-type": json.contentType }, json.body("honest"));
  expect(status).toBe(202);
  expect(performance.now() - startedMillis).toBeLessThan(3_000);
}

describe("one connection", () => {
  test("goes on after a refused request: those that came behind it are answered in their order", async () => {
    const hub = await startTestHub();
    const socket = new RawSocket(hub.hub.url);
    const bad = `${requestHead("/v1/events", "Content-Type: text/csv", "Content-Length: 5")}a,b,c`;
    const broken = `${requestHead("/v1/traces", "Content-Type: application/json", "Content-Length: 1")}{`;
    socket.write(withBody("first") + bad + withBody("second") + broken + withBody("third"));
    expect(await socket.answers(5)).toEqual([202, 415, 202, 400, 202]);
    expect(await keptAgents(hub)).toEqual(["first", "second", "third"]);
  });

  test("is answered and closed where what it sends is no HTTP", async () => {
    const hub = await startTestHub();
    for (const garbage of [
      "GET\r\n\r\n",
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]),
      `${requestHead("/v1/events", `X-Long: ${"x".repeat(100_000)}`)}`,
      // Two lengths that contradict each other are how requests are smuggled past a proxy.
      `${requestHead("/v1/events", "Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`,
      `${requestHead("/v1/events", "Content-Length: 5", "Content-Length: 6")}abcdef`,
      `${requestHead("/v1/events", "Content-Type: application/json", "Transfer-Encoding: chunked")}zz\r\n`,
    ]) {
      const socket = new RawSocket(hub.hub.url);
      socket.write(garbage);
      await socket.closed();
      expect(socket.statuses.every((status) => status >= 400 && status < 500)).toBe(true);
    }
    await expectHonestServed(hub);
  });

  test("may ask first whether it may send", async () => {
    const hub = await startTestHub();
    const socket = new RawSocket(hub.hub.url);
    const whole = withBody("polite", "Expect: 100-continue");
    const headEnd = whole.indexOf("\r\n\r\n") + 4;
    socket.write(whole.slice(0, headEnd));
    expect(await socket.answers(1)).toEqual([100]);
    socket.write(whole.slice(headEnd));
    expect(await socket.answers(2)).toEqual([100, 202]);
    socket.write(withBody("odd", "Expect: the-unexpected"));
    expect(await socket.answers(3)).toEqual([100, 202, 417]);
    expect(await keptAgents(hub)).toEqual(["polite"]);
  });

  test("may send in chunks of any size, with trailers", async () => {
    const hub = await startTestHub();
    const socket = new RawSocket(hub.hub.url);
    const chunks = [...text("chunked")].map((character) => `1;extension=yes\r\n${character}\r\n`).join("");
    const head = requestHead("/v1/events", "Content-Type: application/json", "Transfer-Encoding: chunked", "Trailer: Checksum");
    socket.write(`${head}${chunks}0\r\nChecksum: abc\r\n\r\n${withBody("next")}`);
    expect(await socket.answers(2)).toEqual([202, 202]);
    expect(await keptAgents(hub)).toEqual(["chunked", "next"]);
  });
});

test.each(waysIn)("$name: a connection that is cut in the middle of a body leaves nothing of it", async (way) => {
  const hub = await startTestHub();
  const body = way.body("cut-off");
  for (const zipped of ["", "Content-Encoding: gzip"]) {
    const headers = [`Content-Type: ${way.contentType}`, `Content-Length: ${body.length}`, ...(zipped === "" ? [] : [zipped])];
    const socket = new RawSocket(hub.hub.url);
    socket.write(requestHead(way.path, ...headers));
    socket.write(body.subarray(0, -3));
    await sleep(50);
    socket.socket.destroy();
  }
  await expectHonestServed(hub);
  expect(await keptAgents(hub)).toEqual(["honest"]);
});

describe("slow senders", () => {
  /** The routes on a port that waits for one second only. */
  async function startImpatient(): Promise<{ url: string; kept: unknown[] }> {
    const kept: unknown[] = [];
    const accept = async (events: readonly unknown[]) => {
      kept.push(...events);
      return { stored: events, duplicates: 0, rejected: [] } as never;
    };
    const app = express().use(createEventsRouter({ accept, refused: () => undefined }));
    const listener = await listen(app, "127.0.0.1", 0, "--port", { requestTimeoutMillis: 1_000 });
    onTestFinished(() => listener.close());
    return { url: listener.url, kept };
  }

  test("are cut off, whether they trickle headers, a body, or nothing at all", async () => {
    const { url, kept } = await startImpatient();
    const [headers, body, silent] = [new RawSocket(url), new RawSocket(url), new RawSocket(url)];
    headers.write("POST /v1/events HTTP/1.1\r\nHost: localhost\r\n");
    body.write(requestHead("/v1/events", "Content-Type: application/x-ndjson", "Content-Length: 100000"));
    const timer = setInterval(() => {
      headers.write("X-Header: value\r\n");
      body.write(`${text("slow")}\n`);
    }, 100);
    onTestFinished(() => clearInterval(timer));
    await Promise.all([headers.closed(10_000), body.closed(10_000), silent.closed(10_000)]);
    expect(headers.statuses).toEqual([408]);
    expect(kept).toEqual([]);
    expect((await send(`${url}/v1/events`, { "content-type": json.contentType }, json.body("honest"))).status).toBe(202);
  });
});

test.each([
  ["say nothing", ""],
  ["do not come to the end of what they say", "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"],
  ["ask nothing more", "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"],
])("two thousand connections that %s keep nobody out", async (_what, said) => {
  const hub = await startTestHub();
  const held = Array.from({ length: 2_000 }, () => new RawSocket(hub.hub.url));
  for (const socket of held) socket.write(said);
  await until("all to be connected", () => held.every(({ socket }) => !socket.connecting) || undefined);
  // By connections of their own, as `fetch` tries again.
  for (const path of ["/metrics", "/health"]) {
    const socket = new RawSocket(hub.hub.url);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(await socket.answers(1)).toEqual([200]);
  }
  await expectHonestServed(hub);
});
