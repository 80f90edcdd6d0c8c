import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { RelaySink } from "../../../src/sinks/relay/relay-sink.ts";
import { someNumbers, startRelaying, tellNumbers } from "../../support/relaying.ts";
import { until } from "../../support/until.ts";

interface Received {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly numbers: readonly number[];
  readonly atMillis: number;
}

type Answer = (received: Received, response: ServerResponse, request: number) => void;

/** Something that stands where a hub should, and answers as the test has it. */
async function startServer(answer: Answer): Promise<{ readonly url: string; readonly received: readonly Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const numbers = body.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).data.value as number]));
    const { authorization, "content-type": contentType } = request.headers;
    received.push({ path: request.url, authorization, contentType, numbers, atMillis: performance.now() });
    answer(received.at(-1) as Received, response, received.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
}

function takeAll({ numbers }: Received, response: ServerResponse): void {
  response.statusCode = 202;
  response.end(JSON.stringify({ accepted: numbers.length, duplicates: 0, rejected: 0, errors: [] }));
}

function answerWith(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_received, response) =>
    void response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
}

/** The first answers in their order, and after them everything is taken. */
function first(...answers: readonly Answer[]): Answer {
  return (received, response, request) => (answers[request - 1] ?? takeAll)(received, response, request);
}

const arrived = (received: readonly Received[]) => received.at(-1)?.numbers;

describe("what a hub answers", () => {
  test("goes to /v1/events below its address, compressed, with the token", async () => {
    const { url, received } = await startServer(takeAll);
    const process = await startRelaying(`${url}/behind/a/proxy/`, { token: "s3cret" });
    tellNumbers(process, 0, 2);
    expect((await process.crowsnest.flush()).delivered).toBe(true);
    expect(received).toMatchObject([
      { path: "/behind/a/proxy/v1/events", authorization: "Bearer s3cret", contentType: "application/x-ndjson", numbers: [0, 1] },
    ]);
  });

  test.each([429, 503])("%i is tried again after Retry-After, and not before", async (status) => {
    const { url, received } = await startServer(first(answerWith(status, { error: "full" }, { "retry-after": "1" })));
    const process = await startRelaying(url);
    tellNumbers(process, 0, 3);
    await until("the second attempt", () => received[1]);
    expect((received[1]?.atMillis ?? 0) - (received[0]?.atMillis ?? 0)).toBeGreaterThanOrEqual(990);
    expect(arrived(received)).toEqual([0, 1, 2]);
  });

  test("429 is no trouble, and 500 is, until it is over", async () => {
    const { url } = await startServer(first(answerWith(429, {}), answerWith(500, { error: "the store is gone" })));
    const process = await startRelaying(url);
    tellNumbers(process, 0, 1);
    await until("all is well", () => process.told[1]);
    expect(process.told).toEqual([
      `crowsnest: the hub at ${url} cannot take events (500: the store is gone); 1 event waits`,
      `crowsnest: the hub at ${url} takes events again; 1 event waits`,
    ]);
    expect(await process.crowsnest.flush()).toEqual({ delivered: true, problems: [] });
  });

  test("waits longer and longer where nothing helps", async () => {
    const { url, received } = await startServer(answerWith(500, ""));
    const process = await startRelaying(url, { closeTimeoutSeconds: 0.2 });
    tellNumbers(process, 0, 1);
    await until("three attempts", () => received[2]);
    const gaps = received.slice(1).map(({ atMillis }, index) => atMillis - (received[index]?.atMillis ?? 0));
    for (const [index, gap] of gaps.slice(0, 2).entries()) expect(gap).toBeGreaterThanOrEqual(245 * 2 ** index);
    expect(process.told).toHaveLength(1);
  });

  test("what it refuses by line is lost, the rest is not sent again", async () => {
    const { url, received } = await startServer(
      answerWith(202, { accepted: 2, duplicates: 1, rejected: 2, errors: [{ line: 2, message: "data.unit: too long" }] }),
    );
    const process = await startRelaying(url);
    tellNumbers(process, 0, 5);
    expect(await process.crowsnest.flush()).toEqual({ delivered: false, problems: ["2 events were lost"] });
    expect(received).toHaveLength(1);
    expect(await process.metric('crowsnest_events_dropped_total{queue="hub",reason="refused"}')).toBe(2);
    expect(process.told).toEqual(["crowsnest: events for hub are lost (refused): data.unit: too long"]);
  });

  test("400 for all lines is an answer, too", async () => {
    const { url, received } = await startServer(({ numbers }, response) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ accepted: 0, duplicates: 0, rejected: numbers.length, errors: [] }));
    });
    const process = await startRelaying(url);
    tellNumbers(process, 0, 4);
    expect((await process.crowsnest.flush()).problems).toEqual(["4 events were lost"]);
    expect(received).toHaveLength(1);
  });

  test.each([
    [413, { error: "the body is too large" }],
    [400, { accepted: 0, duplicates: 0, rejected: 0, errors: [], error: "the body cannot be read" }],
  ])("%i halves the batch, and gives up what cannot be taken alone", async (status, body) => {
    const taken: number[] = [];
    const { url } = await startServer((received, response, request) => {
      if (received.numbers.includes(6)) return answerWith(status, body)(received, response, request);
      taken.push(...received.numbers);
      takeAll(received, response);
    });
    const process = await startRelaying(url);
    tellNumbers(process, 0, 10);
    expect((await process.crowsnest.flush()).problems).toEqual(["1 events were lost"]);
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9]);
  });

  test.each([
    ["a page", 200, "<html>Welcome</html>"],
    ["too little", 202, { accepted: 1, duplicates: 0, rejected: 0, errors: [] }],
    ["nothing at all", 202, ""],
    ["numbers that are none", 202, { accepted: "3", duplicates: null, rejected: -1 }],
    ["that there is no such page", 404, { error: "no such page" }],
    ["that it answers to another name", 421, "no"],
  ])("%s is not taken for a delivery", async (_what, status, body) => {
    const { url, received } = await startServer(first(answerWith(status, body)));
    const process = await startRelaying(url);
    tellNumbers(process, 0, 3);
    await until("the process to notice", () => process.told[0]);
    expect(process.told[0]).toContain(`the hub at ${url} does not answer as a hub does (${status}`);
    expect(process.told[0]).toContain("see whether hub (CROWSNEST_HUB) is its address; 3 events wait");
    // A person has mended it and asks whether all is well.
    expect((await process.crowsnest.flush()).delivered).toBe(true);
    expect(arrived(received)).toEqual([0, 1, 2]);
  });

  test("none at all ends a request, and the next one may do better", async () => {
    const { url, received } = await startServer(first(() => undefined));
    const told: string[] = [];
    const options = { hub: url, token: undefined, userAgent: "test", limits: { requestMillis: 200, retryMillis: 50 } };
    const sink = new RelaySink(options, {
      lost: (reason) => told.push(reason),
      spoolFailed: () => told.push("spool"),
      tell: (_kind, describe) => told.push(describe()),
      queued: () => 2,
    });
    await sink.write(someNumbers(0, 2));
    await sink.close();
    expect(told).toEqual([
      `the hub at ${url} cannot be reached (no answer within 0.2 s); 2 events wait`,
      `the hub at ${url} takes events again; 2 events wait`,
    ]);
    expect(arrived(received)).toEqual([0, 1]);
  });

  test("a connection that is cut in the middle is tried again", async () => {
    const { url, received } = await startServer(
      first(
        (_received, response) => response.destroy(),
        (_received, response) => void response.writeHead(202, { "content-length": "100" }).end("{", () => response.destroy()),
      ),
    );
    const process = await startRelaying(url);
    tellNumbers(process, 0, 2);
    await until("the third attempt", () => received[2]);
    expect(await process.crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    expect(process.told[0]).toContain("cannot be reached (the connection was cut)");
  });

  test("a redirect is followed on the same machine, and the token goes nowhere else", async () => {
    const there = await startServer(takeAll);
    const here = await startServer(
      (_received, response) => void response.writeHead(301, { location: `${there.url}/v1/events` }).end(),
    );
    const process = await startRelaying(here.url, { token: "s3cret" });
    tellNumbers(process, 0, 2);
    expect((await process.crowsnest.flush()).delivered).toBe(true);
    expect(there.received).toMatchObject([{ numbers: [0, 1], authorization: "Bearer s3cret" }]);

    const elsewhere = there.url.replace("127.0.0.1", "localhost");
    const lured = await startServer((_received, response) => void response.writeHead(307, { location: elsewhere }).end());
    const cautious = await startRelaying(lured.url, { token: "s3cret", closeTimeoutSeconds: 0.2 });
    tellNumbers(cautious, 0, 2);
    await until("the process to notice", () => cautious.told[0]);
    expect(cautious.told[0]).toContain("does not answer as a hub does (307)");
    expect(there.received).toHaveLength(1);
  });

  test("is not repeated where it holds the token", async () => {
    const { url } = await startServer(
      (received, response) =>
        void response.writeHead(403).end(JSON.stringify({ error: `${"x".repeat(190)}${received.authorization} is wrong` })),
    );
    const process = await startRelaying(url, { token: "s3cret-of-ours", closeTimeoutSeconds: 0.2 });
    tellNumbers(process, 0, 1);
    await until("the process to notice", () => process.told[0]);
    expect(process.told[0]).toContain("set token (CROWSNEST_TOKEN) to the hub's");
    expect(process.told.join()).not.toContain("s3c");
  });
});
