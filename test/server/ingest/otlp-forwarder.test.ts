import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { SpanForwarder } from "../../../src/server/ingest/otlp-forwarder.ts";
import type { ForwardedRequest } from "../../../src/server/ingest/otlp-router.ts";
import { readForwardTarget } from "../../../src/server/ingest/otlp-target.ts";
import { withEnvironment } from "../../support/environment.ts";
import { freePort } from "../../support/free-port.ts";
import { startTestHub } from "../../support/hub.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { until } from "../../support/until.ts";

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A place where spans are kept, which answers what it is told to; 200 when nothing is left. */
async function startKeeper(statuses: number[] = [], headers: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(statuses.shift() ?? 200, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function startForwarder(url: string, limits: ConstructorParameters<typeof SpanForwarder>[2] = {}) {
  const dropped: [reason: string, spans: number][] = [];
  const watcher = { dropped: (reason: string, spans: number) => void dropped.push([reason, spans]) };
  const forwarder = new SpanForwarder({ url, headers: {} }, watcher, { retryMillis: 5, ...limits });
  onTestFinished(() => forwarder.close(0));
  return { forwarder, dropped };
}

const request = (text: string, spans = 1): ForwardedRequest => ({
  body: Buffer.from(text),
  contentType: "application/json",
  encoding: undefined,
  spans,
  via: "",
});

describe("a hub that was told where spans go", () => {
  test("passes requests on byte by byte, compressed as they came, those that tell nothing of agents included", async () => {
    const keeper = await startKeeper();
    withEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${keeper.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x,tenant=t1",
      OTEL_TRACES_EXPORTER: "none",
    });
    const { hub } = await startTestHub();
    const body = gzipSync(JSON.stringify(tracesRequest([chatSpan(), { name: "GET /" }])));
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    expect((await fetch(`${hub.url}/v1/traces`, { method: "POST", headers, body })).status).toBe(200);
    const received = await until("the request", () => keeper.received[0]);
    expect(received.url).toBe("/v1/traces");
    expect(received.body.equals(body)).toBe(true);
    expect(received.headers).toMatchObject({ ...headers, authorization: "Bearer x", tenant: "t1" });
    expect(
      (await fetch(`${hub.url}/v1/traces`, { method: "POST", headers: { "content-type": "application/json" }, body: "{" }))
        .status,
    ).toBe(400);
    await hub.close();
    expect(keeper.received).toHaveLength(1);
  });

  test("does not send on what came back from there", async () => {
    const keeper = await startKeeper();
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: keeper.url, OTEL_TRACES_EXPORTER: "none" });
    const { hub } = await startTestHub();
    const body = JSON.stringify(tracesRequest([chatSpan()]));
    const post = (via: string) =>
      fetch(`${hub.url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json", "crowsnest-via": via },
        body,
      });
    await post("another-hub");
    const first = await until("the request", () => keeper.received[0]);
    const via = String(first.headers["crowsnest-via"]);
    expect(via).toMatch(/^another-hub,[0-9a-f-]{36}$/);
    expect((await post(via)).status).toBe(200);
    await hub.close();
    expect(keeper.received).toHaveLength(1);
  });

  test("counts what cannot go on, and takes spans all the same", async () => {
    const keeper = await startKeeper([404]);
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: keeper.url, OTEL_TRACES_EXPORTER: "none" });
    const { hub, metric, told } = await startTestHub();
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(tracesRequest([chatSpan(), chatSpan()]));
    expect((await fetch(`${hub.url}/v1/traces`, { method: "POST", headers, body })).status).toBe(200);
    await until(
      "the loss",
      async () => (await metric('crowsnest_spans_dropped_total{reason="forward_failed"}')) === 2 || undefined,
    );
    expect(told).toEqual([expect.stringContaining(`spans do not go on: ${keeper.url}/v1/traces answers 404`)]);
  });
});

describe("SpanForwarder", () => {
  test("sends again where it is asked to, until it is taken", async () => {
    const keeper = await startKeeper([503, 429, 502]);
    const { forwarder, dropped } = startForwarder(keeper.url);
    forwarder.offer(request("a"));
    await forwarder.close(5_000);
    expect(keeper.received.map(({ body }) => body.toString())).toEqual(["a", "a", "a", "a"]);
    expect(dropped).toEqual([]);
  });

  test("waits as long as it is told to", async () => {
    const keeper = await startKeeper([503], { "retry-after": "1" });
    const { forwarder } = startForwarder(keeper.url);
    const startedAt = performance.now();
    forwarder.offer(request("a"));
    await forwarder.close(5_000);
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    expect(keeper.received).toHaveLength(2);
  });

  test("gives up after some attempts where nobody listens", async () => {
    const { forwarder, dropped } = startForwarder(`http://127.0.0.1:${await freePort()}`, { maxAttempts: 3 });
    forwarder.offer(request("a", 7));
    await until("giving up", () => dropped[0]);
    expect(dropped).toEqual([["forward_failed", 7]]);
  });

  test("gives up the oldest where more wait than may", async () => {
    const { forwarder, dropped } = startForwarder(`http://127.0.0.1:${await freePort()}`, { maxBytes: 500, retryMillis: 60_000 });
    for (let spans = 1; spans <= 10; spans += 1) forwarder.offer(request("x".repeat(100), spans));
    // Four are under way, and one more may wait.
    expect(dropped).toEqual([5, 6, 7, 8, 9].map((spans) => ["forward_queue_full", spans]));
  });

  test("counts what is left when the time for closing is over", async () => {
    const { forwarder, dropped } = startForwarder(`http://127.0.0.1:${await freePort()}`, { retryMillis: 60_000 });
    for (let spans = 1; spans <= 6; spans += 1) forwarder.offer(request("x", spans));
    await forwarder.close(50);
    await forwarder.close(50);
    forwarder.offer(request("x", 100));
    expect(dropped.map(([reason]) => reason)).toEqual(Array(7).fill("deadline"));
    expect(dropped.reduce((sum, [, spans]) => sum + spans, 0)).toBe(121);
  });
});

describe("where spans go", () => {
  test.each<[Record<string, string>, unknown]>([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://tempo:4318" }, { url: "http://tempo:4318/v1/traces" }],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/x", OTEL_EXPORTER_OTLP_ENDPOINT: "http://u" }, { url: "http://t/x" }],
  ])("%j", (environment, target) => {
    const read = readForwardTarget(environment);
    if (target === undefined) expect(read).toBeUndefined();
    else expect(read).toMatchObject(target as object);
  });

  test("says in a sentence why spans cannot go there", () => {
    expect(readForwardTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: "tempo:4317" })).toMatch(/is no http address: tempo:4317/);
    const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://tempo:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    expect(readForwardTarget(grpc)).toMatch(/is grpc, and spans go on by HTTP only/);
  });
});
