import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { startHub } from "crowsnest/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const TOKENS = 'agent_model_tokens_total{service="py",agent="pyagent",provider="openai",model="gpt-5",token_type="input"}';
const protobuf = { "content-type": "application/x-protobuf" };
const gzip = { "content-encoding": "gzip" };

interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

async function send(hub: TestHub, body: unknown, headers: Record<string, string> = {}, path = "/v1/traces"): Promise<Sent> {
  const asIs = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(`${hub.hub.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: asIs ? (body as string) : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** A run of an agent that calls a model and a tool that fails, made and exported by OpenTelemetry's own SDK. */
async function exportRun(exporter: SpanExporter): Promise<void> {
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const tracer = provider.getTracer("an-agent-framework");
  const run = tracer.startSpan("invoke_agent scribe", {
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "scribe" },
  });
  const inside = trace.setSpan(context.active(), run);
  tracer.startSpan("chat gpt-5", { attributes: chatAttributes }, inside).end();
  const tool = tracer.startSpan("execute_tool search", { attributes: { "gen_ai.operation.name": "execute_tool" } }, inside);
  tool.recordException(new TypeError("no such thing"));
  tool.setStatus({ code: SpanStatusCode.ERROR, message: "no such thing" });
  tool.end();
  run.end();
  await provider.forceFlush();
  await provider.shutdown();
}

const chatAttributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-5",
  "gen_ai.usage.input_tokens": 120,
  "gen_ai.usage.output_tokens": 30,
  "gen_ai.response.finish_reasons": ["stop"],
};

describe("POST /v1/traces", () => {
  test.each([
    ["protobuf", ProtobufExporter, "none"],
    ["protobuf, gzip", ProtobufExporter, "gzip"],
    ["JSON", JsonExporter, "none"],
    ["JSON, gzip", JsonExporter, "gzip"],
  ] as const)("takes what OpenTelemetry's exporter sends as %s", async (_how, Exporter, compression) => {
    const hub = await startTestHub({ otlpPort: 0 });
    expect(hub.hub.otlpUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const options = { url: `${hub.hub.otlpUrl}/v1/traces`, compression } as ConstructorParameters<typeof Exporter>[0];
    await exportRun(new Exporter(options));
    const { events } = await hub.hub.query({});
    const byType = new Map(events.map((event) => [event.type, event]));
    expect([...byType.keys()].sort()).toEqual(
      ["agent_completed", "agent_started", "context_updated", "error_raised", "model_called", "tool_called"].sort(),
    );
    expect(byType.get("model_called")).toMatchObject({
      agent: "scribe",
      traceId: events[0]?.traceId,
      data: { inputTokens: 120, outputTokens: 30, finishReason: "stop", outcome: "success" },
    });
    expect(byType.get("error_raised")).toMatchObject({
      agent: "scribe",
      data: { errorType: "TypeError", errorMessage: "no such thing" },
    });
    expect(Math.abs((byType.get("agent_completed")?.timeUnixMillis ?? 0) - Date.now())).toBeLessThan(10_000);
  });

  test("has kept what it answered 200 to, and counts a request that comes again once", async () => {
    const hub = await startTestHub();
    const request = tracesRequest([chatSpan()]);
    expect(await send(hub, request)).toMatchObject({ status: 200, body: Buffer.from("{}") });
    expect((await hub.hub.query({ types: ["model_called"] })).events).toHaveLength(1);
    expect((await send(hub, gzipSync(JSON.stringify(request)), gzip)).status).toBe(200);
    expect(await hub.metric(TOKENS)).toBe(120);
    await hub.hub.close();
    const again = await startTestHub({ data: hub.data });
    expect((await send(again, request)).status).toBe(200);
    expect(await again.metric(TOKENS)).toBeUndefined();
  });

  test("tells how many spans were refused, and why, and keeps the others", async () => {
    const hub = await startTestHub();
    const spans = [
      chatSpan(),
      chatSpan({ traceId: "" }),
      chatSpan({ spanId: "0000000000000000" }),
      chatSpan({ endTimeUnixNano: "9" }),
    ];
    const from1970 = chatSpan({ startTimeUnixNano: "5", endTimeUnixNano: 7 });
    const { status, body } = await send(hub, tracesRequest([...spans, from1970]));
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      partialSuccess: { rejectedSpans: "3", errorMessage: expect.stringContaining("traceId has to be 16 bytes") },
    });
    expect((await hub.hub.query({ types: ["model_called"] })).events).toHaveLength(2);
    expect(await hub.metric('crowsnest_events_dropped_total{queue="input",reason="invalid_span"}')).toBe(2);
  });

  test("passes by what tells nothing of agents", async () => {
    const hub = await startTestHub();
    expect(
      (await send(hub, tracesRequest([{ name: "GET /", attributes: { "http.request.method": "GET" } }]))).body.toString(),
    ).toBe("{}");
    expect((await hub.hub.query({})).events).toEqual([]);
    expect((await send(hub, {})).status).toBe(200);
    expect((await send(hub, "", protobuf)).status).toBe(200);
  });

  test("accepts logs and metrics and makes nothing of them", async () => {
    const hub = await startTestHub();
    for (const path of ["/v1/logs", "/v1/metrics"]) {
      expect(await send(hub, {}, {}, path)).toMatchObject({ status: 200, body: Buffer.from("{}") });
      expect(await send(hub, "", protobuf, path)).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      expect((await send(hub, randomBytes(100), protobuf, path)).status).toBe(400);
    }
    expect((await hub.hub.query({})).events).toEqual([]);
  });
});

describe("bad input", () => {
  const nested = `${'{"arrayValue":{"values":['.repeat(10_000)}${"]}}".repeat(10_000)}`;
  const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 9 });
  // Two bytes each, and two million of them: resourceSpans (field 1) that are empty.
  const crowd = gzipSync(Buffer.alloc(4_000_000, Buffer.from([0x0a, 0x00])));

  test.each<[what: string, body: Uint8Array | string, headers: Record<string, string>, status: number, message: string]>([
    ["protobuf that is cut short", Buffer.from([0x0a, 0x7f, 0x01]), protobuf, 400, "not a protobuf message"],
    ["JSON that is none", "{", {}, 400, "is not JSON"],
    ["a list", "[]", {}, 400, "one JSON object"],
    ["invalid UTF-8", new Uint8Array([0x22, 0xff, 0x22]), {}, 400, "not valid UTF-8"],
    ["gzip that is none", "hello", { ...protobuf, ...gzip }, 400, "cannot be read"],
    ["gzip that is cut short", gzipSync(randomBytes(1_000)).subarray(0, 500), { ...protobuf, ...gzip }, 400, "cannot be read"],
    ["a small body that becomes a large one", bomb, { ...protobuf, ...gzip }, 413, "larger than 16777216 bytes"],
    ["millions of empty parts", crowd, { ...protobuf, ...gzip }, 413, "more than 1000000 parts"],
    [
      "a hundred thousand spans that are none",
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${"{},".repeat(100_000)}{}]}]}]}`,
      {},
      413,
      "more than 50000 spans",
    ],
    ["an unknown type", "a", { "content-type": "text/plain" }, 415, "text/plain"],
    ["an unknown encoding", "a", { ...protobuf, "content-encoding": "zip" }, 415, "Content-Encoding is zip"],
  ])("%s", async (_what, body, headers, status, message) => {
    const hub = await startTestHub();
    const before = process.memoryUsage().rss;
    const sent = await send(hub, body, headers);
    expect(sent.status).toBe(status);
    const isProtobuf = headers["content-type"] === protobuf["content-type"];
    expect(sent.headers.get("content-type")).toMatch(isProtobuf ? /^application\/x-protobuf$/ : /^application\/json/);
    // Field 2 of a Status is its message.
    if (isProtobuf) expect(sent.body.includes(0x12)).toBe(true);
    else expect(JSON.parse(sent.body.toString())).toMatchObject({ code: status === 413 ? 8 : 3 });
    expect(sent.body.toString()).toContain(message);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    expect((await send(hub, tracesRequest([chatSpan()]))).status).toBe(200);
  });

  test("random protobuf and JSON of other shapes is refused or harmless, and the next request is served", async () => {
    const hub = await startTestHub();
    for (let round = 0; round < 100; round += 1) {
      expect([200, 400]).toContain((await send(hub, randomBytes(round * 7), protobuf)).status);
    }
    const odd = [
      { resourceSpans: 7 },
      { resourceSpans: [null, 7, { scopeSpans: [{ spans: [null, { attributes: {} }] }] }] },
      tracesRequest([
        chatSpan({ attributes: JSON.parse('{"__proto__": "x"}'), status: 7, events: [null, { name: "exception" }] }),
      ]),
    ];
    for (const request of odd) expect((await send(hub, request)).status).toBe(200);
    const request = JSON.stringify(tracesRequest([chatSpan({ links: "NESTED" })])).replace('"NESTED"', nested);
    expect([200, 400]).toContain((await send(hub, request)).status);
    const deepValue = tracesRequest([chatSpan()]);
    const text = JSON.stringify(deepValue).replace('{"stringValue":"pyagent"}', nested);
    expect([200, 400]).toContain((await send(hub, text)).status);
    expect(({} as { x?: string }).x).toBeUndefined();
    expect((await send(hub, tracesRequest([chatSpan()]))).status).toBe(200);
  });
});

describe("the port of its own", () => {
  test("takes nothing else than OTLP, under the same guard", async () => {
    const hub = await startTestHub({ otlpPort: 0, token: "sesame" });
    const post = (headers: Record<string, string>) =>
      fetch(`${hub.hub.otlpUrl}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      });
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: "Bearer sesame" })).status).toBe(200);
    const headers = { authorization: "Bearer sesame" };
    expect((await fetch(`${hub.hub.otlpUrl}/metrics`, { headers })).status).toBe(404);
  });

  test("fails the start in one sentence where it was chosen and is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const data = await tempFolder();
    await expect(startHub({ port: 0, otlpPort: port, data, hostMetrics: false })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use by another program; --otlp-port (CROWSNEST_OTLP_PORT) moves it`,
    );
  });

  test("is done without, and that is said once, where nobody chose it and it is taken", async () => {
    const other = createServer().listen(4318, "127.0.0.1");
    // Where another program of this machine has the port already, that one stands in the way just as well.
    await new Promise((resolve) => other.once("listening", resolve).once("error", resolve));
    onTestFinished(() => void other.close());
    const hub = await startTestHub({ otlpPort: undefined });
    expect(hub.hub.otlpUrl).toBe("");
    expect(hub.told.filter((message) => message.includes("4318"))).toEqual([
      expect.stringContaining("OTLP by HTTP is not taken on its usual port: port 4318 on 127.0.0.1 is in use"),
    ]);
    expect((await send(hub, tracesRequest([chatSpan()]))).status).toBe(200);
  });
});
