import { randomBytes } from "node:crypto";
import { connect as connectHttp2 } from "node:http2";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { toProtobuf } from "../../support/otlp-protobuf.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { RawSocket } from "../../support/raw-socket.ts";

const SERVICE = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const good = toProtobuf("TracesRequest", tracesRequest([chatSpan()]));

/** A message as gRPC frames it: whether it is compressed, how long it is said to be, and what it is. */
function framed(message: Buffer, { compressed = false, length = message.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

interface Call {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes away in the middle instead of ending the message. */
  readonly cut?: boolean;
}

/** Calls with bytes that no client would send; resolves with gRPC's status, or with what became of the call instead. */
function call({ hub }: TestHub, body: Buffer, { path = SERVICE, headers = {}, cut = false }: Call = {}): Promise<string> {
  const session = connectHttp2(hub.otlpGrpcUrl);
  onTestFinished(() => session.destroy());
  return new Promise((resolve) => {
    session.on("error", (error) => resolve(error.message));
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    const read = (of: Readonly<Record<string, unknown>>) => {
      if (of["grpc-status"] !== undefined) resolve(String(of["grpc-status"]));
    };
    stream.on("response", (head) => {
      if (head[":status"] !== 200) resolve(`HTTP ${head[":status"]}`);
      read(head);
    });
    stream.on("trailers", read);
    stream.on("error", (error) => resolve(error.message));
    stream.on("close", () => resolve("closed"));
    stream.resume();
    stream.write(body);
    if (cut) setTimeout(() => session.destroy(), 50);
    else stream.end();
  });
}

test("what is no message is refused, and the next call is served", { timeout: 60_000 }, async () => {
  const hub = await startTestHub({ otlpGrpcPort: 0 });
  const gzip = { "grpc-encoding": "gzip" };
  const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 9 });
  const rows: readonly (readonly [what: string, body: Buffer, options: Call, answers: RegExp])[] = [
    ["a message that ends early", framed(good.subarray(0, -5)), {}, /^3$/],
    ["a frame that ends early", framed(good, { length: good.length + 100 }), {}, /^(?:13|12|2|3|closed)$|CANCEL/],
    ["a frame of four gigabytes", framed(good, { length: 0xffff_ffff }), {}, /^8$/],
    ["no frame", Buffer.from([0, 0]), {}, /^(?:13|12|2|3|closed)$|CANCEL/],
    ["no bytes", Buffer.alloc(0), {}, /^(?:13|12|2|3|closed)$|CANCEL/],
    ["two messages", Buffer.concat([framed(good), framed(good)]), {}, /^(?:13|12|3|0)$/],
    ["gzip that is none", framed(good, { compressed: true }), { headers: gzip }, /^(?:13|3|2)$/],
    ["gzip that ends early", framed(gzipSync(good).subarray(0, -9), { compressed: true }), { headers: gzip }, /^(?:13|3|2)$/],
    ["compressed without saying how", framed(good, { compressed: true }), {}, /^(?:0|13|12|3|2)$/],
    ["an unknown compression", framed(good, { compressed: true }), { headers: { "grpc-encoding": "zstd" } }, /^12$/],
    ["200 MB out of 200 kB", framed(bomb, { compressed: true }), { headers: gzip }, /^8$/],
    ["another method", framed(good), { path: "/a/b" }, /^12$/],
    ["another type", framed(good), { headers: { "content-type": "application/json" } }, /^HTTP 415$/],
    ["a deadline that is none", framed(good), { headers: { "grpc-timeout": "soon" } }, /^(?:0|3|13)$/],
    ["a caller that goes away", framed(good, { length: 10_000 }), { cut: true }, /./],
  ];
  for (const [what, body, options, answers] of rows) {
    expect(await call(hub, body, options), what).toMatch(answers);
    expect(await call(hub, framed(good)), `after ${what}`).toBe("0");
  }
  for (let round = 0; round < 40; round += 1) {
    expect(await call(hub, framed(randomBytes(round * 11))), "noise").toMatch(/^[03]$/);
  }
  expect((await hub.hub.query({ types: ["model_called"] })).events).toHaveLength(1);
});

test("what is no HTTP/2 at all does no harm", async () => {
  const hub = await startTestHub({ otlpGrpcPort: 0 });
  for (const garbage of [
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    randomBytes(10_000),
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0",
  ]) {
    new RawSocket(hub.hub.otlpGrpcUrl).write(garbage);
  }
  expect(await call(hub, framed(good))).toBe("0");
  expect((await fetch(`${hub.hub.url}/health`)).status).toBe(200);
});
