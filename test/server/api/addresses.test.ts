import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";

async function ask(url: string): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
  const response = await fetch(url);
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: (await response.json()) as Record<string, unknown>,
  };
}

test("an id with slashes is found as it is, and where they are escaped", async () => {
  const { hub } = await startTestHub();
  const workflow = { workflowId: "release/42", data: { name: "release" } };
  await hub.accept([
    complete({ type: "agent_registered", agent: "scribe/é", source: "shop", data: {} }),
    complete({ type: "workflow_started", ...workflow }),
  ]);
  for (const path of ["cato/agent/shop/scribe/é", "cato/agent/shop%2Fscribe%2F%C3%A9", "cato/agent/scribe%2Fé"]) {
    expect(await ask(`${hub.url}/api/${path}`), path).toMatchObject({ status: 200, body: { agent: { id: "shop/scribe/é" } } });
  }
  for (const path of ["workflows/release/42", "workflows/release%2F42"]) {
    expect(await ask(`${hub.url}/api/${path}`), path).toMatchObject({ status: 200, body: { id: "release/42" } });
  }
});

test("an address whose % stands for nothing is a mistake of whoever asks", async () => {
  const { hub } = await startTestHub();
  expect(await ask(`${hub.url}/api/cato/agent/%E0%A4%A`)).toMatchObject({
    status: 400,
    type: "application/problem+json; charset=utf-8",
    body: { detail: "a % in the address is not followed by what it stands for" },
  });
});

test("an address that is asked by a method it does not have says which it has", async () => {
  const { hub } = await startTestHub();
  for (const [method, path, allow, detail] of [
    ["POST", "/api/events", "GET, HEAD", "/api/events is asked by GET, not by POST"],
    ["DELETE", "/api/cato/agent/shop/scribe", "GET, HEAD", "/api/cato/agent/shop/scribe is asked by GET, not by DELETE"],
    ["POST", "/metrics", "GET, HEAD", "/metrics is asked by GET, not by POST"],
    ["GET", "/v1/events", "POST", "/v1/events is sent to by POST, not by GET"],
    ["GET", "/v1/traces", "POST", "/v1/traces is sent to by POST, not by GET"],
    ["PUT", "/hooks/claude-code", "POST", "/hooks/claude-code is sent to by POST, not by PUT"],
  ] as const) {
    const response = await fetch(`${hub.url}${path}`, { method });
    expect([response.status, response.headers.get("allow")], path).toEqual([405, allow]);
    expect(Object.values((await response.json()) as object)).toContain(detail);
  }
  expect((await fetch(`${hub.url}/api/fleet`, { method: "HEAD" })).status).toBe(200);
});

test("a parameter that is left empty asks for nothing", async () => {
  const { hub } = await startTestHub();
  await hub.accept([
    complete({ type: "error_raised", agent: "scribe", timeUnixMillis: Date.now(), data: { errorType: "Oops" } }),
  ]);
  expect((await ask(`${hub.url}/api/events?types=&agents=&since=&limit=`)).body.events).toHaveLength(1);
  expect(await ask(`${hub.url}/api/cato/metrics/research?event_type=&agent_id=&session_id=&hours=`)).toMatchObject({
    status: 200,
    body: { event_count: 1, period_hours: 24 },
  });
  expect(await (await fetch(`${hub.url}/api/export?types=&since=`)).text()).toContain("Oops");
});
