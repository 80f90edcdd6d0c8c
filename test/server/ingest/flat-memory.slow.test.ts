import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { type HubProcess, startHubProcess } from "../../support/hub-process.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { type Body, send } from "../../support/send.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";
import { honestEvent, type WayIn, waysIn } from "../../support/ways-in.ts";

const isFull = process.env.CROWSNEST_SLOW !== undefined;
/** What is long enough to be noticed if it were held. */
const LONG_BYTES = isFull ? 100_000_000 : 50_000_000;
/** What a hub may take more than before, at its worst moment, for any one of these. */
const MAX_MORE_BYTES = 400_000_000;
/** How long an honest request may take while a hub has to do with a bad one: parsing 16 MB takes a second, on a machine that is busy more. */
const MAX_MEANWHILE_SECONDS = 6;

const [json, ndjson, otlpJson, protobuf] = waysIn as readonly [WayIn, WayIn, WayIn, WayIn];
const gzip = { "content-encoding": "gzip" };
const EMPTY_MEMBERS = Buffer.concat(Array.from({ length: 50_000 }, () => gzipSync("")));

/** A body of so many bytes, a megabyte at a time. */
function* repeated(part: string | Buffer, bytes: number): Iterable<Buffer> {
  const chunk = Buffer.alloc(Math.floor(1_000_000 / part.length) * part.length, part);
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

const bomb = gzipSync(Buffer.alloc(200_000_000, " "), { level: 9 });
const brotliBomb = brotliCompressSync(Buffer.alloc(200_000_000, " "), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });

test("no body takes more memory than it may, or keeps others waiting", { timeout: 120_000 }, async () => {
  const hub = await startHubProcess(join(await tempFolder(), "data"));
  // Everything is loaded, and has run once.
  for (const way of waysIn) expect((await post(hub, way, way.body("warm-up"))).status).toBe(way.kept);

  const rows: readonly (readonly [what: string, way: WayIn, headers: Record<string, string>, body: Body, status: number])[] = [
    ...(isFull ? waysIn : [json, protobuf]).map((way) => ["200 MB out of 200 kB", way, gzip, bomb, 413] as const),
    ["200 MB out of less by brotli", ndjson, { "content-encoding": "br" }, brotliBomb, 413],
    ["200 MB of empty lines", ndjson, gzip, gzipSync(Buffer.alloc(200_000_000, "\n")), 413],
    ["lines of nothing that go on", ndjson, {}, () => repeated("{}\n", 15_000_000), 400],
    ...[json, otlpJson, protobuf].map(
      (way) =>
        [
          "gzip that goes on and unpacks to nothing",
          way,
          gzip,
          () => repeated(EMPTY_MEMBERS, 60_000_000),
          way === json ? 400 : 413,
        ] as const,
    ),
    ["a long value", json, {}, () => repeated("x", LONG_BYTES), 413],
    ["a long line", ndjson, {}, () => repeated("x", LONG_BYTES), 413],
    ["millions of numbers", json, {}, `[${"1,".repeat(7_000_000)}1]`, 413],
    ["millions of lists", json, {}, `[${"[],".repeat(5_000_000)}[]]`, 413],
    ["a million empty parts", protobuf, gzip, gzipSync(Buffer.alloc(1_900_000, Buffer.from([0x0a, 0]))), 200],
    ["millions of empty parts", protobuf, gzip, gzipSync(Buffer.alloc(10_000_000, Buffer.from([0x0a, 0]))), 413],
    ["noise", protobuf, {}, randomBytes(15_000_000), 400],
    ["nesting without end", json, {}, "[".repeat(1_000_000), 400],
    ["nesting without end", otlpJson, {}, `{"resourceSpans":${"[".repeat(1_000_000)}`, 400],
  ];
  for (const [what, way, headers, body, status] of rows) {
    const before = (await hub.memory()).rssBytes;
    const bad = post(hub, way, body, headers);
    await sleep(20);
    expect(await secondsOfHonest(hub), `${what}, meanwhile`).toBeLessThan(MAX_MEANWHILE_SECONDS);
    expect((await bad).status, `${what}, as ${way.name}`).toBe(status);
    expect((await hub.memory()).peakRssBytes - before, what).toBeLessThan(MAX_MORE_BYTES);
  }
  const health = (await (await fetch(`${hub.url}/health`)).json()) as { status: string };
  expect(health.status).toBe("healthy");
});

test("a long body of good events is kept as it comes, with memory that stays flat", { timeout: 120_000 }, async () => {
  const hub = await startHubProcess(join(await tempFolder(), "data"));
  await post(hub, ndjson, ndjson.body("warm-up"));
  const before = (await hub.memory()).rssBytes;
  // Few and large, so that the time goes into the bytes.
  const line = `${JSON.stringify({ ...honestEvent("scribe"), attributes: Object.fromEntries(Array.from({ length: 25 }, (_, key) => [key, "x".repeat(4_000)])) })}\n`;
  const answer = await post(hub, ndjson, () => repeated(line, LONG_BYTES));
  expect(answer.status).toBe(202);
  expect(JSON.parse(answer.body.toString())).toMatchObject({ rejected: 0 });
  expect((await hub.memory()).peakRssBytes - before).toBeLessThan(MAX_MORE_BYTES);
});

test("long names are cut, and nothing of what was cut off stays in memory", { timeout: 60_000 }, async () => {
  const hub = await startHubProcess(join(await tempFolder(), "data"));
  await post(hub, otlpJson, otlpJson.body("warm-up"));
  const before = (await hub.memory()).rssBytes;
  for (let request = 0; request < 40; request += 1) {
    const spans = Array.from({ length: 10 }, (_, span) =>
      chatSpan({
        attributes: { "gen_ai.operation.name": "chat", "gen_ai.agent.name": `${request}-${span}-${"x".repeat(1_000_000)}` },
      }),
    );
    expect((await post(hub, otlpJson, JSON.stringify(tracesRequest(spans)))).status).toBe(200);
  }
  // 400 agents of a megabyte each: twice what the heap grows by for a while, whatever is kept.
  expect((await hub.memory()).rssBytes - before).toBeLessThan(200_000_000);
});

test("bodies that are still arriving have room together, and those that come then are asked to come again", {
  timeout: 60_000,
}, async () => {
  const hub = await startHubProcess(join(await tempFolder(), "data"));
  for (const way of [json, protobuf]) {
    await post(hub, way, way.body("warm-up"));
    const before = (await hub.memory()).rssBytes;
    const slow = Array.from({ length: 20 }, () => new SlowSender(hub, way, 15_000_000));
    // 128 MiB is room for eight of them.
    const refused = await until("refusals", () => {
      const answers = slow.map(({ answer }) => answer).filter((answer) => answer !== "");
      return answers.length >= 12 ? answers : undefined;
    });
    expect(new Set(refused.map((answer) => answer.split(" ")[1]))).toEqual(new Set(["429"]));
    expect(refused[0]).toMatch(/Retry-After: 1\r\n/i);
    expect((await hub.memory()).peakRssBytes - before).toBeLessThan(MAX_MORE_BYTES);
    for (const { socket } of slow) socket.destroy();
    await sleep(200);
    // What they held is free again.
    expect((await post(hub, way, way.body("afterwards"))).status).toBe(way.kept);
    expect((await post(hub, way, Buffer.alloc(15_000_000))).status).not.toBe(429);
  }
});

/** Sends all of a body but its last byte. */
class SlowSender {
  readonly socket: Socket;
  answer = "";

  constructor(hub: HubProcess, way: WayIn, bytes: number) {
    const { port, host } = new URL(hub.url);
    this.socket = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void this.socket.destroy());
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk) => {
      this.answer += chunk;
    });
    const head = [
      `POST ${way.path} HTTP/1.1`,
      `Host: ${host}`,
      `Content-Type: ${way.contentType}`,
      `Content-Length: ${bytes + 1}`,
    ];
    this.socket.write(`${head.join("\r\n")}\r\n\r\n`);
    this.socket.write(Buffer.alloc(bytes, " "));
  }
}

function post(hub: HubProcess, way: WayIn, body: Body, headers: Readonly<Record<string, string>> = {}) {
  return send(`${hub.url}${way.path}`, { "content-type": way.contentType, ...headers }, body);
}

async function secondsOfHonest(hub: HubProcess): Promise<number> {
  const startedMillis = performance.now();
  expect((await post(hub, json, json.body("meanwhile"))).status).toBe(202);
  return (performance.now() - startedMillis) / 1_000;
}
