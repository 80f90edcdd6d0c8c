import { readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { fuzz } from "./fuzz.ts";
import type { HubChild } from "./hub-child.ts";

/** Something in a hub's place. */
async function startInstead(answer: RequestListener, more: Partial<HubChild> = {}): Promise<HubChild> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, end: undefined, rssBytes: async () => 1, stop: async () => server.closeAllConnections(), ...more };
}

/** Answers as a hub does that is well. */
const well: RequestListener = (request, response) => {
  request.resume().on("end", () => response.writeHead(request.url === "/v1/events" ? 202 : 200).end("{}"));
};

test("a hub takes what is not in order for some seconds", { timeout: 60_000 }, async () => {
  const { requests, decoded, events, statuses } = await fuzz({ seconds: 4, seed: 7 });
  expect(requests).toBeGreaterThan(50);
  expect(decoded).toBeGreaterThan(50);
  expect(events).toBeGreaterThan(10);
  // Some of it is still good, and some is not.
  expect(statuses[202]).toBeGreaterThan(0);
  expect(statuses[400]).toBeGreaterThan(0);
});

describe("what does harm is found, and told with its body and its seed", () => {
  test("an answer that may not be", async () => {
    const sent: Buffer[] = [];
    const hub = await startInstead(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      sent.push(Buffer.concat(chunks));
      response.writeHead(sent.length >= 5 ? 500 : 202).end("{}");
    });
    const { message } = await failure(hub);
    expect(message).toMatch(
      /^POST \/v1\/events content-type: .* is answered 500: \{\}\nAgain: CROWSNEST_FUZZ_SEED=5 npm run fuzz$/,
    );
    const file = /with the body in (\S+) /.exec(message)?.[1] as string;
    onTestFinished(() => rm(file));
    const body = await readFile(file);
    expect(sent.some((other) => other.equals(body))).toBe(true);
  });

  test.each<[what: string, answer: RequestListener, more: Partial<HubChild>, message: RegExp]>([
    ["no answer", (request) => void request.socket.destroy(), {}, /is not answered/],
    [
      "a late answer",
      (request, response) => void setTimeout(() => well(request, response), 2_200),
      {},
      /is answered after 2\.\d s only/,
    ],
    ["a hub that ends", well, { end: "the hub ended (SIGSEGV)" }, /is the last: the hub ended \(SIGSEGV\)/],
    ["a hub that grows", well, { rssBytes: async () => 2e9 }, /a hub of 2000 MB/],
    [
      "a hub that is not well",
      (request, response) => (request.url === "/health" ? response.writeHead(503).end("unhealthy") : well(request, response)),
      {},
      /before \/health is answered 503: unhealthy/,
    ],
    [
      "an answer that is not as it is documented",
      (request, response) => (request.method === "GET" ? response.writeHead(200).end('{"windows":3}') : well(request, response)),
      {},
      /makes the answer to GET \/api\/\S+ other than documented: \w+/,
    ],
    [
      "a question that is not answered well",
      (request, response) =>
        request.url?.startsWith("/api/") === true ? response.writeHead(500).end("oh") : well(request, response),
      {},
      /or GET \/api\/\S+ is answered 500: oh/,
    ],
  ])("%s", async (_what, answer, more, expected) => {
    expect((await failure(await startInstead(answer, more))).message).toMatch(expected);
  });
});

async function failure(hub: HubChild): Promise<Error> {
  const error = await fuzz({ seconds: 1, seed: 5, hub }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  const file = /with the body in (\S+) /.exec((error as Error).message)?.[1];
  if (file !== undefined && !(error as Error).message.includes("500")) await rm(file, { force: true });
  return error as Error;
}
