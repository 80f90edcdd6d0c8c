import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../../support/hub.ts";

const NOW = Date.now();
const HANDOFFS = 'agent_handoffs_total{service="bar",from_agent="a1",to_agent="a2",outcome="success"}';

const handoff = (id: string) => ({
  id,
  type: "handoff_completed",
  timeUnixMillis: NOW,
  source: "bar",
  agent: "a1",
  data: { fromAgent: "a1", toAgent: "a2", outcome: "success", durationSeconds: 0.2 },
});

interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly answer: {
    accepted: number;
    duplicates: number;
    rejected: number;
    errors: { line: number; message: string }[];
    error?: string;
  };
}

async function send({ hub }: TestHub, body: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const asIs = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const response = await fetch(`${hub.url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: (asIs ? body : JSON.stringify(body)) as RequestInit["body"],
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit);
  return { status: response.status, headers: response.headers, answer: (await response.json()) as Sent["answer"] };
}

const ndjson = { "content-type": "application/x-ndjson" };
const lines = (...values: unknown[]) =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n");

describe("POST /v1/events", () => {
  test("takes one event, an array and NDJSON, and counts each event once", async () => {
    const hub = await startTestHub();
    expect(await send(hub, handoff("E-1"))).toMatchObject({ status: 202, answer: { accepted: 1, duplicates: 0, rejected: 0 } });
    expect((await send(hub, [handoff("E-2"), handoff("E-3")])).answer).toMatchObject({ accepted: 2 });
    const again = await send(hub, lines(handoff("E-1"), handoff("E-2"), handoff("E-4"), ""), ndjson);
    expect(again).toMatchObject({ status: 202, answer: { accepted: 1, duplicates: 2, rejected: 0, errors: [] } });
    expect(await hub.metric(HANDOFFS)).toBe(4);
  });

  test("has kept what it answered 202 to", async () => {
    const hub = await startTestHub();
    await send(hub, handoff("E-1"));
    expect((await hub.hub.query({})).events).toMatchObject([{ id: "E-1", seq: 1 }]);
  });

  test("tells bad lines by number and reason, keeps the good ones, and counts the bad", async () => {
    const hub = await startTestHub();
    const noAgent = { type: "agent_started", data: {} };
    const body = lines(handoff("E-1"), "{broken", { type: "no_such" }, "", noAgent, handoff("E-2"));
    const { status, answer } = await send(hub, body, ndjson);
    expect(status).toBe(202);
    expect(answer).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: 3,
      errors: [
        { line: 2, message: "is not JSON" },
        { line: 3, message: 'type: is not an event type: "no_such"' },
        { line: 5, message: "agent: is required for agent_started" },
      ],
    });
    expect(await hub.metric(HANDOFFS)).toBe(2);
    expect(await hub.metric('crowsnest_events_dropped_total{queue="input",reason="unknown_type"}')).toBe(1);
    expect(await hub.metric('crowsnest_events_dropped_total{queue="input",reason="missing_agent"}')).toBe(1);
  });

  test("answers 400 where nothing was good", async () => {
    const hub = await startTestHub();
    expect(await send(hub, "x".repeat(100))).toMatchObject({
      status: 400,
      answer: { error: expect.stringContaining("not JSON") },
    });
    expect(await send(hub, [7, null])).toMatchObject({ status: 400, answer: { rejected: 2 } });
    expect(await send(hub, "")).toMatchObject({ status: 400 });
    expect((await send(hub, [])).status).toBe(202);
  });

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("takes bodies compressed by %s", async (encoding, compress) => {
    const hub = await startTestHub();
    const body = compress(lines(handoff("E-1"), handoff("E-2")));
    expect(await send(hub, body, { ...ndjson, "content-encoding": encoding })).toMatchObject({
      status: 202,
      answer: { accepted: 2 },
    });
  });

  test("takes what other systems send", async () => {
    const hub = await startTestHub();
    const payload = { task_id: "t_1", feature: "checkout", est_cost: 0.45 };
    expect((await send(hub, { event_type: "task_queued", timestamp: NOW / 1_000, payload })).status).toBe(202);
    const event_data = { task_id: "T-1", agent_id: "agent-1" };
    const timestamp = new Date(NOW).toISOString();
    expect((await send(hub, { event_type: "task_assigned", event_data, metadata: {}, timestamp })).status).toBe(202);
    expect(await hub.metric('agent_task_assignments_total{service="unknown",agent="agent-1",task_type="task"}')).toBe(1);
  });

  test("keeps a long NDJSON body as it arrives, with memory that stays flat", async () => {
    const hub = await startTestHub();
    const padding = "x".repeat(900);
    async function* body() {
      for (let batch = 0; batch < 60; batch += 1) {
        const events = Array.from({ length: 500 }, (_, index) => ({
          ...handoff(`E-${batch}-${index}`),
          attributes: { padding },
        }));
        yield Buffer.from(`${lines(...events)}\n`);
      }
    }
    const before = process.memoryUsage().rss;
    const sent = await send(hub, Readable.toWeb(Readable.from(body())), ndjson);
    expect(sent).toMatchObject({ status: 202, answer: { accepted: 30_000, rejected: 0 } });
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });
});

describe("bad input", () => {
  test("a small body that becomes a large one is refused without being unpacked", async () => {
    const hub = await startTestHub();
    const bomb = gzipSync(Buffer.alloc(200_000_000, " "), { level: 9 });
    expect(bomb.length).toBeLessThan(300_000);
    const before = process.memoryUsage().rss;
    const { status, answer } = await send(hub, bomb, { "content-encoding": "gzip" });
    expect(status).toBe(413);
    expect(answer.error).toBe("the body is larger than 16777216 bytes (after decompression)");
    expect((await send(hub, bomb, { ...ndjson, "content-encoding": "gzip" })).status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
    expect((await send(hub, handoff("E-1"))).status).toBe(202);
  });

  test.each<[what: string, body: unknown, headers: Record<string, string>, status: number, message: string]>([
    [
      "truncated gzip",
      gzipSync(JSON.stringify(handoff("E-1"))).subarray(0, 60),
      { "content-encoding": "gzip" },
      400,
      "cannot be read",
    ],
    ["gzip that is none", "hello", { "content-encoding": "gzip" }, 400, "cannot be read"],
    ["an unknown encoding", "{}", { "content-encoding": "zip" }, 415, "Content-Encoding is zip"],
    ["an unknown type", "a,b", { "content-type": "text/csv" }, 415, "Content-Type is text/csv"],
    ["invalid UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), {}, 400, "not valid UTF-8"],
  ])("%s", async (_what, body, headers, status, message) => {
    const hub = await startTestHub();
    const sent = await send(hub, body, headers);
    expect(sent.status).toBe(status);
    expect(sent.answer.error).toContain(message);
    expect(sent.answer.error).not.toMatch(/at .*:\d+/);
    expect((await send(hub, handoff("E-1"))).status).toBe(202);
  });

  test.each<[what: string, event: unknown, message: RegExp]>([
    ["JSON nested 10,000 deep", JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`), /is not an object/],
    ["an id of 1 MB", handoff("x".repeat(1_000_000)), /^id: /],
    ["an event from 1970", { ...handoff("E-1"), timeUnixMillis: 5 }, /timeUnixMillis: .*2000 to 2099/],
    ["an event from 2100", { ...handoff("E-1"), timeUnixMillis: Date.UTC(2100, 0) }, /timeUnixMillis/],
    ["an unknown field", { ...handoff("E-1"), colour: "red" }, /colour/],
    [
      "a field called __proto__",
      JSON.parse(`{"__proto__": {"polluted": 1}, ${JSON.stringify(handoff("E-1")).slice(1)}`),
      /__proto__|nrecognized/,
    ],
  ])("%s is refused by name, and its neighbour is kept", async (_what, event, message) => {
    const hub = await startTestHub();
    const { status, answer } = await send(hub, [event, handoff("E-2")]);
    expect(status).toBe(202);
    expect(answer).toMatchObject({ accepted: 1, rejected: 1 });
    expect(answer.errors[0]?.message).toMatch(message);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("a sender that goes away in the middle leaves nothing half-kept, and the next is served", async () => {
    const hub = await startTestHub();
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${hub.hub.url}/v1/events`, {
        method: "POST",
        headers: { ...ndjson, "content-length": "100000" },
      });
      request.on("error", () => resolve());
      request.write(`${JSON.stringify(handoff("E-1"))}\n{"id": "E-2", "type": "hand`, () =>
        setTimeout(() => request.destroy(), 50),
      );
    });
    expect((await send(hub, handoff("E-3"))).status).toBe(202);
    const ids = (await hub.hub.query({})).events.map(({ id }) => id);
    expect(ids).not.toContain("E-2");
    expect(ids).toContain("E-3");
  });
});

describe("who may send", () => {
  test("with a token, only who has it; /metrics and /health stay open", async () => {
    const hub = await startTestHub({ token: "sesame" });
    expect(await send(hub, handoff("E-1"))).toMatchObject({ status: 401 });
    expect(await send(hub, handoff("E-1"), { authorization: "Bearer wrong" })).toMatchObject({ status: 401 });
    expect(await send(hub, handoff("E-1"), { authorization: "Bearer sesame" })).toMatchObject({ status: 202 });
    expect((await fetch(`${hub.hub.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${hub.hub.url}/health`)).status).toBe(200);
  });

  test("on an address that others reach, nobody without a token, unless it was said to be trusted", async () => {
    const open = await startTestHub({ host: "0.0.0.0" });
    expect(await send(open, handoff("E-1"))).toMatchObject({
      status: 403,
      answer: { error: expect.stringContaining("CROWSNEST_TOKEN") },
    });
    expect((await fetch(`${open.hub.url}/metrics`)).status).toBe(200);
    const trusted = await startTestHub({ host: "0.0.0.0", insecure: true });
    expect((await send(trusted, handoff("E-1"))).status).toBe(202);
  });

  test("no page of another origin", async () => {
    const hub = await startTestHub();
    expect((await send(hub, handoff("E-1"), { origin: "https://evil.example" })).status).toBe(403);
    expect((await send(hub, handoff("E-1"), { origin: new URL(hub.hub.url).origin })).status).toBe(202);
  });
});
