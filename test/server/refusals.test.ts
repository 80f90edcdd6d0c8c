import { request as httpRequest } from "node:http";
import { expect, test } from "vitest";
import { startTestHub } from "../support/hub.ts";

interface Refusal {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: Buffer;
}

function post(url: string, headers: Readonly<Record<string, string>>): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, type: response.headers["content-type"], body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end("{}");
  });
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

test.each(cases)("%s is told to everybody else in JSON", async (_what, status, _code, options, headers, words) => {
  const { hub } = await startTestHub(options);
  const { status: told, body } = await post(`${hub.url}/v1/events`, { ...headers, "content-type": "application/json" });
  expect(told).toBe(status);
  expect(JSON.parse(body.toString())).toEqual({ error: expect.stringContaining(words) });
});
