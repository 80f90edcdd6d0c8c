import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { type Body, send } from "../../support/send.ts";
import { honestEvent, type WayIn, waysIn } from "../../support/ways-in.ts";

const gzip = { "content-encoding": "gzip" };

/** Sends something bad, and then something good on its own; only the good thing may be kept, and soon. */
async function sendBad(hub: TestHub, way: WayIn, body: Body, headers: Readonly<Record<string, string>> = {}) {
  const url = `${hub.hub.url}${way.path}`;
  const answer = await send(url, { "content-type": way.contentType, ...headers }, body);
  const startedMillis = performance.now();
  expect((await send(url, { "content-type": way.contentType }, way.body("afterwards"))).status).toBe(way.kept);
  expect(performance.now() - startedMillis).toBeLessThan(3_000);
  return answer;
}

async function keptAgents({ hub }: TestHub): Promise<(string | undefined)[]> {
  return (await hub.query({})).events.map(({ agent }) => agent);
}

describe.each(waysIn)("$name", (way) => {
  const good = way.body("scribe");

  test("is kept as it is, and compressed in each way", async () => {
    const hub = await startTestHub();
    for (const [encoding, body] of Object.entries({
      identity: good,
      gzip: gzipSync(good),
      "x-gzip": gzipSync(good),
      deflate: deflateSync(good),
      br: brotliCompressSync(good),
    })) {
      expect((await sendBad(hub, way, body, { "content-encoding": encoding })).status).toBe(way.kept);
    }
  });

  const isText = way.contentType !== "application/x-protobuf";
  const rows: readonly (readonly [what: string, body: Buffer, headers: Record<string, string>, status: number])[] = [
    ["gzip that is cut short", gzipSync(good).subarray(0, -12), gzip, 400],
    ["gzip whose checksum is wrong", spoilt(gzipSync(good), -6), gzip, 400],
    ["deflate that is none", good, { "content-encoding": "deflate" }, 400],
    ["brotli that is none", good, { "content-encoding": "br" }, 400],
    ["compressed twice", gzipSync(gzipSync(good)), gzip, 400],
    ["two encodings", gzipSync(gzipSync(good)), { "content-encoding": "gzip, gzip" }, 415],
    ["an unknown encoding", good, { "content-encoding": "zstd" }, 415],
    ["an unknown type", good, { "content-type": "text/plain" }, 415],
    ["an unknown type, and gzip that nobody reads and is none", good, { "content-type": "text/plain", ...gzip }, 415],
    ["a type that is none", good, { "content-type": ";;;" }, 415],
    ["gzip that is not said to be gzip", gzipSync(good), {}, 400],
    ["bytes that are no UTF-8", spoilt(good, 8), {}, 400],
    ["zeros", Buffer.alloc(10_000), {}, 400],
    ["half of it", good.subarray(0, good.length / 2), {}, 400],
  ];

  test("is refused where it is spoilt, and leaves nothing", async () => {
    const hub = await startTestHub();
    for (const [what, body, headers, status] of rows) {
      const answer = await sendBad(hub, way, body, headers);
      // Text in protobuf is mended by the decoder, and a row of zeros is a message without fields.
      const isHarmless = !isText && (what.startsWith("bytes") || what === "zeros");
      expect(answer.status, what).toBe(isHarmless ? way.kept : status);
      expect(answer.body.toString(), what).not.toMatch(/\.ts:\d|node_modules/);
    }
    const others = (await keptAgents(hub)).filter((agent) => agent !== "afterwards");
    expect(others).toEqual(isText ? [] : [expect.any(String)]);
  });

  test("a body of 100 MB is refused without being read to its end", async () => {
    const hub = await startTestHub();
    const part = Buffer.alloc(1_000_000, " ");
    for (const headers of [{}, { "content-length": "100000000" }]) {
      const answer = await sendBad(hub, way, () => Array.from({ length: 100 }, () => part), headers);
      expect(answer.status).toBe(413);
      expect(answer.sentBytes).toBeLessThan(80_000_000);
    }
    expect(await keptAgents(hub)).toEqual(["afterwards", "afterwards"]);
  });
});

describe("text that is no text", () => {
  const overlong = Buffer.from([0xc0, 0x80]);

  test("a line of it is a bad line; its neighbours are kept", async () => {
    const hub = await startTestHub();
    const line = (agent: string) => Buffer.from(`${JSON.stringify(honestEvent(agent))}\n`);
    const body = Buffer.concat([
      line("first"),
      spoilt(line("x"), 30),
      Buffer.from('"'),
      overlong,
      Buffer.from('"\n'),
      line("last"),
    ]);
    const answer = await send(`${hub.hub.url}/v1/events`, { "content-type": "application/x-ndjson" }, body);
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      accepted: 2,
      rejected: 2,
      errors: [
        { line: 2, message: "is not valid UTF-8" },
        { line: 3, message: "is not valid UTF-8" },
      ],
    });
    expect(await keptAgents(hub)).toEqual(["first", "last"]);
  });

  test("half a character is refused in an id and replaced in a name", async () => {
    const hub = await startTestHub();
    const events = [
      { ...honestEvent("one"), id: "id-\ud800" },
      { ...honestEvent("one"), id: "id-\ud801" },
      honestEvent("two-\udfff"),
      { ...honestEvent("three"), attributes: { note: "half \ud800" } },
    ];
    const answer = await send(
      `${hub.hub.url}/v1/events`,
      { "content-type": "application/json" },
      // As JSON writes them: a sender that does not know better.
      JSON.stringify(events).replaceAll(/[\ud800-\udfff]/g, (half) => `\\u${half.charCodeAt(0).toString(16)}`),
    );
    expect(JSON.parse(answer.body.toString())).toMatchObject({ accepted: 2, rejected: 2 });
    expect(await keptAgents(hub)).toEqual(["two-\ufffd", "three"]);
    expect(await (await fetch(`${hub.hub.url}/metrics`)).text()).toContain('agent="two-\ufffd"');
  });
});

describe("one event that is too large", () => {
  test("as a line, it is a bad line, however long; its neighbours are kept", async () => {
    const hub = await startTestHub();
    const lines = [honestEvent("first"), { ...honestEvent("huge"), id: "x".repeat(3_000_000) }, honestEvent("last")];
    const body = lines.map((line) => JSON.stringify(line)).join("\n");
    const answer = await send(`${hub.hub.url}/v1/events`, { "content-type": "application/x-ndjson" }, body);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      accepted: 2,
      errors: [{ line: 2, message: "is larger than 1048576 bytes" }],
    });
    expect(await keptAgents(hub)).toEqual(["first", "last"]);
  });

  test("what is wrong with it is told briefly", async () => {
    const hub = await startTestHub();
    const event = { ...honestEvent("scribe"), [`y${"x".repeat(900_000)}`]: 1 };
    const answer = await send(`${hub.hub.url}/v1/events`, { "content-type": "application/json" }, JSON.stringify([event]));
    expect(answer.status).toBe(400);
    expect(answer.body.length).toBeLessThan(2_000);
  });

  test("an array of more events than may be is refused as a whole", async () => {
    const hub = await startTestHub();
    const answer = await send(`${hub.hub.url}/v1/events`, { "content-type": "application/json" }, `[${"1,".repeat(1_000_000)}1]`);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body.toString()).error).toContain("more than 50000 events");
  });
});

describe("keys that mean something to JavaScript", () => {
  const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];

  test("are refused or attributes like any other, wherever they stand", async () => {
    const hub = await startTestHub();
    for (const key of keys) {
      const inner = { polluted: true };
      const events = [
        withKey(honestEvent("scribe"), key, inner),
        { ...honestEvent("scribe"), data: withKey({ tool: "search", outcome: "success", durationSeconds: 1 }, key, inner) },
        { ...honestEvent("scribe"), attributes: withKey({}, key, "text") },
        { event_type: "task_queued", timestamp: Date.now(), payload: withKey({ task_id: "T-1" }, key, inner) },
        { event_type: key, timestamp: Date.now(), payload: inner },
        { specversion: "1.0", id: key, source: "s", type: `com.example.${key}`, data: inner },
        { type: key, data: {} },
      ];
      const answer = await send(`${hub.hub.url}/v1/events`, { "content-type": "application/json" }, JSON.stringify(events));
      expect(answer.status, key).toBe(202);
      expect(JSON.parse(answer.body.toString()), key).toMatchObject({ accepted: 2, rejected: 5 });
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((await fetch(`${hub.hub.url}/health`)).status).toBe(200);
  });

  test("do no harm as a name of anything in OTLP", async () => {
    const hub = await startTestHub();
    const way = waysIn[2] as WayIn;
    for (const key of keys) {
      const text = way.body("scribe").toString().replaceAll("gen_ai.tool.name", key).replaceAll('"status"', `"${key}"`);
      expect((await sendBad(hub, way, text)).status).toBe(200);
      expect((await sendBad(hub, way, way.body(key))).status).toBe(200);
      expect(await keptAgents(hub)).toContain(key);
    }
    expect((await fetch(`${hub.hub.url}/metrics`)).status).toBe(200);
  });
});

/** An own property, which a literal or an assignment would not make of every key. */
function withKey(fields: object, key: string, value: unknown): object {
  return Object.defineProperty({ ...fields }, key, { value, enumerable: true });
}

function spoilt(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at] = (0xff ^ (copy.at(at) ?? 0)) | 0x80;
  return copy;
}
