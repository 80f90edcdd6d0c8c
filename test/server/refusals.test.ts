import { request as httpRequest } from "node:http";
import { expect, test } from "vitest";
import { endpoints } from "../../src/server/api/endpoints/index.ts";
import { openApiDocument } from "../../src/server/api/openapi.ts";
import { startTestHub } from "../support/hub.ts";
import { expectDocumented, type OpenApi } from "../support/openapi.ts";

interface Refused {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: Buffer;
}

function send(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, type: response.headers["content-type"], body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end(method === "POST" ? "{}" : undefined);
  });
}

const post = (url: string, headers: Readonly<Record<string, string>>) => send("POST", url, headers);

/** An answer as `fetch`, which sends no such headers, would have given it. */
function asFetched(url: string, { status, type, body }: Refused): Response {
  const response = new Response(body, { status: status ?? 0, headers: { "content-type": type ?? "" } });
  return Object.defineProperty(response, "url", { value: url }) as Response;
}

const cases = [
  ["a token that is missing", 401, 16, { token: "sesame" }, {}, "Authorization"],
  ["a page of another origin", 403, 7, {}, { origin: "https://evil.example" }, "another origin"],
  ["a name that is not this machine's", 421, 7, {}, { host: "evil.example" }, "answers to 127.0.0.1"],
] as const;

test.each(cases)(
  "%s is told to exporters as a Status in their own format",
  async (_what, status, code, options, headers, words) => {
    const { hub } = await startTestHub({ ...options, otlpPort: 0 });
    for (const url of [hub.url, hub.otlpUrl]) {
      for (const path of ["/v1/traces", "/v1/logs", "/v1/metrics"]) {
        const asJson = await post(`${url}${path}`, { ...headers, "content-type": "application/json" });
        expect(asJson).toMatchObject({ status, type: expect.stringMatching(/^application\/json/) });
        expect(JSON.parse(asJson.body.toString())).toEqual({ code, message: expect.stringContaining(words) });

        const asProtobuf = await post(`${url}${path}`, { ...headers, "content-type": "application/x-protobuf" });
        expect(asProtobuf).toMatchObject({ status, type: "application/x-protobuf" });
        // Field 1, the code, and field 2, the message.
        expect([...asProtobuf.body.subarray(0, 3)]).toEqual([0x08, code, 0x12]);
        expect(asProtobuf.body.toString()).toContain(words);
      }
    }
  },
);

test.each(cases)("%s is told to readers as a problem", async (_what, status, _code, options, headers, words) => {
  const { hub } = await startTestHub(options);
  const document = openApiDocument(endpoints, "0.0.0") as OpenApi;
  for (const path of ["/api/windows", "/api/cato/events/stream", "/api/cato/agent/scribe", "/ws"]) {
    const refused = await send("GET", hub.url + path, headers);
    expect(refused).toMatchObject({ status, type: expect.stringMatching(/^application\/problem\+json/) });
    expect(JSON.parse(refused.body.toString())).toMatchObject({ status, detail: expect.stringContaining(words) });
    await expectDocumented(document, asFetched(hub.url + path, refused));
  }
});

test.each(cases)("%s is told as the document says to whoever sends", async (_what, status, _code, options, headers, _words) => {
  const { hub } = await startTestHub(options);
  const document = openApiDocument(endpoints, "0.0.0") as OpenApi;
  for (const path of ["/v1/events", "/v1/traces", "/hooks/alertmanager", "/hooks/claude-code"]) {
    const refused = await post(hub.url + path, { ...headers, "content-type": "application/json" });
    expect(refused.status).toBe(status);
    await expectDocumented(document, asFetched(hub.url + path, refused), "POST");
  }
});

test.each(cases)("%s is told to who sends events in JSON", async (_what, status, _code, options, headers, words) => {
  const { hub } = await startTestHub(options);
  const { status: told, body } = await post(`${hub.url}/v1/events`, { ...headers, "content-type": "application/json" });
  expect(told).toBe(status);
  expect(JSON.parse(body.toString())).toEqual({ error: expect.stringContaining(words) });
});
