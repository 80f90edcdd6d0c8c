import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { HubOptions } from "crowsnest/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { startByteReceiver } from "../support/byte-receiver.ts";
import { withEnvironment } from "../support/environment.ts";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { toProtobuf } from "../support/otlp-protobuf.ts";
import { chatSpan, tracesRequest } from "../support/otlp-spans.ts";
import { keys, password, privateKey } from "../support/secrets.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const secrets = [...Object.values(keys), password, privateKey.split("\n")[1] ?? ""];
const everything = [...Object.values(keys), `password=${password}`, privateKey].join(" ; ");

/** The bytes of every file below a folder, write-ahead logs and all. */
async function bytesIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "latin1")))).join("");
}

async function startForwardingHub(options: HubOptions = {}) {
  const receiver = await startByteReceiver();
  withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: "none" });
  const jsonl = join(await tempFolder(), "jsonl");
  const test = await startTestHub({ otlpGrpcPort: 0, jsonl, ...options });
  return { ...test, jsonl, receiver };
}

async function post({ hub }: Pick<TestHub, "hub">, path: string, contentType: string, body: string | Buffer, headers = {}) {
  const response = await fetch(`${hub.url}${path}`, {
    method: "POST",
    headers: { "content-type": contentType, ...headers },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  return { status: response.status, text: await response.text() };
}

function exportByGrpc(url: string, body: Buffer): Promise<number> {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  onTestFinished(() => client.close());
  const asIs = (bytes: Buffer) => bytes;
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  return new Promise((resolve) =>
    client.makeUnaryRequest(path, asIs, asIs, body, new Metadata(), (error) => resolve(error?.code ?? 0)),
  );
}

const failed = { code: 2, message: `refused: ${everything}` };
const secretSpans = tracesRequest([
  {
    name: `execute_tool https://me:${password}@tools/deploy`,
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.agent.name": "scribe",
      "gen_ai.tool.name": `https://me:${password}@tools/deploy`,
      "gen_ai.tool.call.arguments": JSON.stringify({ password, keys: everything }),
      "http.request.header.authorization": password,
      note: everything,
    },
    status: failed,
    events: [
      {
        timeUnixNano: "1700000000123456789",
        name: "exception",
        attributes: [{ key: "exception.message", value: { stringValue: everything } }],
      },
    ],
    links: [
      {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        attributes: [{ key: "db.password", value: { stringValue: password } }],
      },
    ],
  },
]);

const secretEvents = [
  { type: "error_raised", source: "py", agent: "scribe", data: { errorType: "ApiError", errorMessage: `401: ${everything}` } },
  {
    type: "skill_invoked",
    source: "py",
    data: { skill: "deploy", outcome: "success", params: { password, env: { list: [everything] } }, result: everything },
  },
  {
    type: "agent_heartbeat",
    source: "py",
    agent: Object.values(keys)[0],
    data: {},
    attributes: { apiKey: password, note: everything },
  },
  {
    event_type: "tool_called",
    timestamp: 1_772_600_000,
    payload: { agent_id: "a", tool: "t", arguments: { password }, result: "success" },
  },
];

async function expectNoSecret(what: string, text: string) {
  expect(
    secrets.filter((secret) => text.includes(secret)),
    what,
  ).toEqual([]);
}

describe("a hub", () => {
  test("keeps no secret, shows none and sends none on, whichever way it came", async () => {
    const started = await startForwardingHub({ captureContent: true });
    const { hub, data, jsonl, receiver } = started;
    expect((await post(started, "/v1/events", "application/json", JSON.stringify(secretEvents))).status).toBe(202);
    const ndjson = secretEvents.map((event) => JSON.stringify(event)).join("\n");
    expect((await post(started, "/v1/events", "application/x-ndjson", ndjson)).status).toBe(202);
    const json = JSON.stringify(secretSpans);
    expect((await post(started, "/v1/traces", "application/json", json)).status).toBe(200);
    const protobuf = toProtobuf("TracesRequest", secretSpans);
    const gzip = { "content-encoding": "gzip" };
    expect((await post(started, "/v1/traces", "application/x-protobuf", gzipSync(protobuf), gzip)).status).toBe(200);
    expect(await exportByGrpc(hub.otlpGrpcUrl, protobuf)).toBe(0);

    const events = (await hub.query({ limit: 100 })).events;
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["error_raised", "skill_invoked", "tool_called"]));
    await until("forwarded requests", () => receiver.received.length === 3 || undefined);
    await hub.flush();
    await expectNoSecret("the store", await bytesIn(data));
    await expectNoSecret("the files", await bytesIn(jsonl));
    await expectNoSecret("/metrics", await (await fetch(`${hub.url}/metrics`)).text());
    await expectNoSecret("/health", await (await fetch(`${hub.url}/health`)).text());
    for (const { body, contentType } of receiver.received)
      await expectNoSecret(`forwarded ${contentType}`, body.toString("latin1"));
    await hub.close();
    await expectNoSecret("the store, closed", await bytesIn(data));
    await expectNoSecret("the files, closed", await bytesIn(jsonl));
    expect(await bytesIn(jsonl)).toContain("401: [redacted] ; [redacted]");
  });

  test("keeps no secret of calls that wait for their agent", async () => {
    const started = await startForwardingHub({ captureContent: true });
    const tool = `https://me:${password}@tools/deploy`;
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "gen_ai.tool.call.result": everything,
    };
    const waiting = tracesRequest([{ name: "execute_tool", parentSpanId: "b7ad6b7169203331", attributes }]);
    expect((await post(started, "/v1/traces", "application/json", JSON.stringify(waiting))).status).toBe(200);
    const kept = await bytesIn(started.data);
    expect(kept).toContain("https://me:[redacted]@tools/deploy");
    await expectNoSecret("what waits", kept);
  });

  test("sends spans without secrets on as they came, byte for byte", async () => {
    const started = await startForwardingHub();
    const plain = tracesRequest([chatSpan({ links: [], attributes: { "gen_ai.operation.name": "chat", "llm.max_tokens": 5 } })]);
    const sent = gzipSync(JSON.stringify(plain));
    await post(started, "/v1/traces", "application/json", sent, { "content-encoding": "gzip" });
    const [request] = await until("a request", () =>
      started.receiver.received.length > 0 ? started.receiver.received : undefined,
    );
    expect(request?.encoding).toBe("gzip");
    expect(request?.raw.equals(sent)).toBe(true);
  });

  test("leaves content to the sender where spans go on, and keeps none of it itself unless asked to", async () => {
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.agent.name": "scribe",
      "gen_ai.tool.name": "grep",
      "gen_ai.tool.call.arguments": '{"pattern":"a very particular pattern"}',
      "gen_ai.tool.call.result": "a very particular result",
    };
    for (const captureContent of [false, true]) {
      const started = await startForwardingHub({ captureContent });
      await post(
        started,
        "/v1/traces",
        "application/json",
        JSON.stringify(tracesRequest([{ name: "execute_tool grep", attributes }])),
      );
      await until("a request", () => started.receiver.received.length > 0 || undefined);
      expect(started.receiver.received[0]?.body.toString()).toContain("a very particular pattern");
      const [event] = (await started.hub.query({})).events;
      expect(event?.data).toMatchObject({ tool: "grep", argumentsHash: expect.stringMatching(/^[0-9a-f]{16}$/) });
      const files = await bytesIn(started.data);
      expect(files.includes("a very particular pattern")).toBe(captureContent);
      expect(files.includes("a very particular result")).toBe(captureContent);
    }
  });

  test("takes out what a user's own patterns match, also of spans that go on", async () => {
    const started = await startForwardingHub({ redact: ["TICKET-\\d+"] });
    const spans = tracesRequest([chatSpan({ attributes: { note: "see TICKET-4711" } })]);
    await post(started, "/v1/traces", "application/x-protobuf", toProtobuf("TracesRequest", spans));
    const events = [{ type: "error_raised", source: "py", data: { errorType: "E", errorMessage: "see TICKET-4711" } }];
    await post(started, "/v1/events", "application/json", JSON.stringify(events));
    await until("a request", () => started.receiver.received.length > 0 || undefined);
    expect(started.receiver.received[0]?.body.toString("latin1")).toContain("see [redacted]");
    const texts = [
      started.receiver.received[0]?.body.toString("latin1") ?? "",
      await bytesIn(started.data),
      await bytesIn(started.jsonl),
    ];
    for (const text of texts) expect(text).not.toContain("TICKET-4711");
  });

  test("does not say a secret back where a line cannot be taken, nor in its own log", async () => {
    const withoutContent = await startForwardingHub();
    const bad = [
      `{"type":"error_raised","data":{"password":"${password}`,
      JSON.stringify({ type: `password=${password}`, data: {} }),
      JSON.stringify({ type: "error_raised", source: "py", data: { errorType: "E", [`${Object.values(keys)[0]}`]: 1 } }),
    ].join("\n");
    const { status, text } = await post(withoutContent, "/v1/events", "application/x-ndjson", bad);
    expect(status).toBe(400);
    await expectNoSecret("the answer", text);
    const whole = await post(withoutContent, "/v1/events", "application/json", `{"password":"${password}" "x"`);
    await expectNoSecret("the answer to a whole body", whole.text);
    await expectNoSecret("the log", withoutContent.told.join("\n"));
  });
});
