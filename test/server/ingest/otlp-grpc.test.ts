import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ChannelOptions, Client, compressionAlgorithms, credentials, Metadata } from "@grpc/grpc-js";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { startHub } from "crowsnest/server";
import { expect, onTestFinished, test } from "vitest";
import { startTestHub } from "../../support/hub.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const SERVICE = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/** Calls a method with bytes of our own; resolves with the status code, 0 for success. */
function call(url: string, body: Buffer, token?: string, path = SERVICE, options: ChannelOptions = {}): Promise<number> {
  const client = new Client(new URL(url).host, credentials.createInsecure(), options);
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  const asIs = (bytes: Buffer) => bytes;
  return new Promise((resolve) =>
    client.makeUnaryRequest(path, asIs, asIs, body, metadata, (error) => resolve(error?.code ?? 0)),
  );
}

test("takes what OpenTelemetry's gRPC exporter sends, and has kept it", async () => {
  const { hub } = await startTestHub({ otlpGrpcPort: 0 });
  const exporter = new OTLPTraceExporter({ url: hub.otlpGrpcUrl });
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.agent.name": "scribe" };
  provider.getTracer("t").startSpan("execute_tool search", { attributes }).end();
  await provider.forceFlush();
  expect((await hub.query({})).events).toMatchObject([{ type: "tool_called", agent: "scribe", data: { tool: "search" } }]);
  await provider.shutdown();
});

test("refuses what is no OTLP, what lacks the token and what is too large", async () => {
  const { hub } = await startTestHub({ otlpGrpcPort: 0, token: "sesame" });
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(0), "sesame")).toBe(0);
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(0))).toBe(16);
  expect(await call(hub.otlpGrpcUrl, Buffer.from([0x0a, 0x7f]), "sesame")).toBe(3);
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(17_000_000), "sesame")).toBe(8);
  const gzip = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(0), "sesame", SERVICE, gzip)).toBe(0);
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(200_000_000), "sesame", SERVICE, gzip)).toBe(8);
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(0), "sesame", "/other/Export")).toBe(12);
  expect(await call(hub.otlpGrpcUrl, Buffer.alloc(0), "sesame")).toBe(0);
});

test("fails the start in one sentence where its port was chosen and is taken", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const options = { port: 0, otlpPort: "off", otlpGrpcPort: port, data: await tempFolder(), hostMetrics: false } as const;
  await expect(startHub(options)).rejects.toThrow(
    `port ${port} on 127.0.0.1 is in use by another program; --otlp-grpc-port (CROWSNEST_OTLP_GRPC_PORT) moves it`,
  );
});
