import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { packageVersion } from "../../../src/config.ts";
import { endpoint } from "../../../src/server/api/endpoint.ts";
import { endpoints } from "../../../src/server/api/endpoints/index.ts";
import { openApiDocument } from "../../../src/server/api/openapi.ts";
import { oneOfEach } from "../../export/stored.ts";
import { startTestHub } from "../../support/hub.ts";
import { documentOf, expectDocumented, type OpenApi } from "../../support/openapi.ts";

const document = openApiDocument(endpoints, packageVersion()) as OpenApi & {
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as unknown as Operation })),
);

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; style?: string; explode?: boolean; schema: { type?: string } }[];
}

/** Every object within the document that is under a key. */
function under(key: string, value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(name === key ? [inner] : []), ...under(key, inner)]);
}

describe("the document", () => {
  test("has schemas that are JSON Schema 2020-12, and refers to nothing that is not there", () => {
    const ajv = new Ajv2020({ strictSchema: false });
    const schemas = [...under("schema", document), ...Object.values(document.components.schemas)] as object[];
    expect(schemas.length).toBeGreaterThan(50);
    for (const schema of schemas) expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
    for (const reference of under("$ref", document) as string[]) {
      const found = reference
        .slice(2)
        .split("/")
        .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
      expect(found, reference).toBeDefined();
    }
  });

  test("names each operation once, and each part of a path that is a parameter", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test("has lists as one value separated by commas", () => {
    const lists = operations.flatMap(({ operation }) => operation.parameters.filter(({ schema }) => schema.type === "array"));
    expect(lists.length).toBeGreaterThan(5);
    for (const list of lists) expect(list).toMatchObject({ in: "query", style: "form", explode: false });
  });

  test("keeps what several answers have in one place", () => {
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(["Agent", "Problem", "Task", "Window"]));
    expect(JSON.stringify(document)).not.toContain("$defs");
  });

  test("is not made where two schemas have one id", () => {
    const twice = endpoint({
      path: "/api/twice",
      tag: "Test",
      summary: "Twice.",
      params: z.strictObject({}),
      query: z.strictObject({}),
      answer: z.object({}).meta({ id: "Problem" }),
      handle: () => ({}),
    });
    expect(() => openApiDocument([...endpoints, twice], "1")).toThrow("two different schemas have the id Problem");
  });
});

describe("answers are as the document says", () => {
  test("of every endpoint, before anything happened and after", async () => {
    const { hub } = await startTestHub();
    const served = await documentOf(hub.url);
    const askAll = async () => {
      const statuses: [string, number][] = [];
      for (const { path } of endpoints) {
        const response = await fetch(hub.url + path.replace(/\{\w+\}/, "run-1"));
        await expectDocumented(served, response);
        statuses.push([path, response.status]);
      }
      return statuses.filter(([, status]) => status !== 200).map(([path]) => path);
    };
    expect(await askAll()).toEqual(["/api/workflows/{id}", "/api/cato/agent/{id}", "/api/progress/{run}"]);
    await hub.accept(oneOfEach());
    await hub.accept(oneOfEach().map((event) => ({ ...event, timeUnixMillis: Date.now() - 1_000 })));
    await hub.flush();
    expect(await askAll()).toEqual(["/api/cato/agent/{id}"]);
    await expectDocumented(served, await fetch(`${hub.url}/api/cato/agent/scribe`));
  });

  test("the document itself, a parameter that is wrong, and what is not there", async () => {
    const { hub } = await startTestHub();
    const served = await documentOf(hub.url);
    expect(await expectDocumented(served, await fetch(`${hub.url}/api/openapi.json`))).toEqual(served);
    const wrong = await fetch(`${hub.url}/api/events?limit=0`);
    expect(wrong.status).toBe(400);
    await expectDocumented(served, wrong);
    const missing = await fetch(`${hub.url}/api/workflows/none`);
    expect(missing.status).toBe(404);
    await expectDocumented(served, missing);
  });

  test("an answer that is known already is 304 without a body", async () => {
    const { hub } = await startTestHub();
    const first = await fetch(`${hub.url}/api/agents`);
    // Node's fetch would otherwise ask, as a page that is reloaded does, for an answer that is made anew.
    const headers = { "If-None-Match": first.headers.get("etag") ?? "", "Cache-Control": "max-age=0" };
    const again = await fetch(`${hub.url}/api/agents`, { headers });
    expect(again.status).toBe(304);
    await expectDocumented(await documentOf(hub.url), again);
  });

  test("lists of a URL are valid lists", async () => {
    const { hub } = await startTestHub();
    await hub.accept(oneOfEach());
    const response = await fetch(`${hub.url}/api/events?types=task_failed,task_completed&agents=scribe&limit=10`);
    const found = (await expectDocumented(await documentOf(hub.url), response)) as { events: { type: string }[] };
    expect(found.events.map(({ type }) => type)).toEqual(["task_failed", "task_completed"]);
  });

  test("health, metrics, and what is sent to a hub", async () => {
    const { hub } = await startTestHub({ token: "secret" });
    const send = (path: string, type: string, body: string, token = "secret") =>
      fetch(hub.url + path, { method: "POST", headers: { "content-type": type, authorization: `Bearer ${token}` }, body });
    for (const path of ["/health", "/health/live", "/health/ready", "/metrics"]) {
      await expectDocumented(document, await fetch(hub.url + path));
    }
    const good = JSON.stringify(oneOfEach());
    for (const [expected, response] of [
      [202, await send("/v1/events", "application/json", good)],
      [400, await send("/v1/events", "application/json", "{")],
      [400, await send("/v1/events", "application/json", "{}")],
      [401, await send("/v1/events", "application/json", good, "wrong")],
      [415, await send("/v1/events", "text/plain", good)],
      [200, await send("/v1/traces", "application/json", '{"resourceSpans":[]}')],
      [400, await send("/v1/traces", "application/json", "{")],
      [200, await send("/v1/logs", "application/json", '{"resourceLogs":[]}')],
      [200, await send("/v1/metrics", "application/json", '{"resourceMetrics":[]}')],
      [400, await send("/hooks/alertmanager", "application/json", "{}")],
      [200, await send("/hooks/claude-code", "application/json", "{}")],
    ] as const) {
      expect([new URL(response.url).pathname, response.status]).toEqual([new URL(response.url).pathname, expected]);
      await expectDocumented(document, response, "POST");
    }
  });

  test("the live stream, who watches it, and a file of events", async () => {
    const { hub } = await startTestHub();
    const served = await documentOf(hub.url);
    const leaving = new AbortController();
    const stream = await fetch(`${hub.url}/api/cato/events/stream?event_types=task_failed,task_completed&agents=scribe`, {
      signal: leaving.signal,
    });
    await expectDocumented(served, stream);
    expect(await expectDocumented(served, await fetch(`${hub.url}/api/cato/events/subscribers`))).toMatchObject({
      subscriber_count: 1,
    });
    leaving.abort();
    await expectDocumented(served, await fetch(`${hub.url}/api/cato/events/stream?severity=loud`));
    await expectDocumented(served, await fetch(`${hub.url}/api/export?format=csv`));
    await expectDocumented(served, await fetch(`${hub.url}/ws`));
  });
});

describe("what holds answers to the document", () => {
  /** An answer as if `/health/live` had given it. */
  function liveAnswer(body: unknown, status = 200, type = "application/json"): Response {
    const response = new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
    Object.defineProperty(response, "url", { value: "http://127.0.0.1/health/live" });
    return response;
  }

  test.each([
    ["a field that is not in the document", liveAnswer({ status: "live", mood: "good" }), "must NOT have additional properties"],
    ["a value that may not be", liveAnswer({ status: "dead" }), "must be equal to one of the allowed values"],
    ["a field that is missing", liveAnswer({}), "must have required property 'status'"],
    ["another status", liveAnswer({ status: "live" }, 418), "418: the document has 200, 421"],
    ["another type", liveAnswer({ status: "live" }, 200, "text/html"), "type of content"],
  ])("refuses %s", async (_, response, message) => {
    await expect(expectDocumented(document, response)).rejects.toThrow(message);
  });
});
