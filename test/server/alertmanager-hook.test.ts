import { request } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { alertmanagerConfig } from "../../src/monitoring/alertmanager.ts";
import { connect } from "../../src/store/sqlite/driver.ts";
import { hasAlertmanager, startAlertmanager } from "../support/alertmanager.ts";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { until } from "../support/until.ts";

const STARTED = "2026-03-01T12:00:00.123Z";
const STARTED_UNIX_MILLIS = Date.parse(STARTED);
/** What Alertmanager sends in place of an end that is not there yet. */
const NO_END = "0001-01-01T00:00:00Z";

const alert = {
  status: "firing",
  labels: { alertname: "AgentContextOverflow", severity: "warning", service: "shop", agent: "scribe" } as Record<string, string>,
  annotations: {
    summary: "The context of scribe is almost full",
    runbook_url: "docs/runbooks/AgentContextOverflow.md",
  } as Record<string, string>,
  startsAt: STARTED,
  endsAt: NO_END,
  generatorURL: "http://prometheus:9090/graph",
  fingerprint: "b2c3d4e5f6a70819",
};

function notification(...alerts: readonly object[]): object {
  return {
    version: "4",
    groupKey: '{}:{service="shop"}',
    truncatedAlerts: 0,
    status: "firing",
    receiver: "warning",
    groupLabels: { service: "shop" },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager:9093",
    alerts,
  };
}

async function send({ hub }: TestHub, body: string | object, headers: Record<string, string> = {}) {
  const response = await fetch(`${hub.url}/hooks/alertmanager`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as unknown };
}

async function kept({ hub }: TestHub) {
  return (await hub.query({ types: ["alert_fired", "alert_resolved"] })).events;
}

describe("POST /hooks/alertmanager", () => {
  test("keeps an alert that fires as an event about its agent, with its labels as attributes", async () => {
    const hub = await startTestHub();
    expect(await send(hub, notification(alert))).toEqual({ status: 202, answer: { accepted: 1, duplicates: 0 } });
    expect(await kept(hub)).toMatchObject([
      {
        type: "alert_fired",
        source: "alertmanager",
        agent: "scribe",
        timeUnixMillis: STARTED_UNIX_MILLIS,
        attributes: { ...alert.labels, runbook_url: alert.annotations.runbook_url },
        data: {
          alert: "AgentContextOverflow",
          severity: "warning",
          summary: "The context of scribe is almost full",
          fingerprint: "b2c3d4e5f6a70819",
          startsAtUnixMillis: STARTED_UNIX_MILLIS,
        },
      },
    ]);
    expect(await hub.metric('crowsnest_events_total{type="alert_fired"}')).toBe(1);
  });

  test("moves nothing when Alertmanager reminds of an alert, and sees it when it fires anew", async () => {
    const hub = await startTestHub();
    await send(hub, notification(alert));
    expect((await send(hub, notification(alert))).answer).toEqual({ accepted: 0, duplicates: 1 });
    const resolved = { ...alert, status: "resolved", endsAt: "2026-03-01T12:07:00Z" };
    const anew = { ...alert, startsAt: "2026-03-01T13:00:00Z" };
    expect((await send(hub, notification(resolved, anew))).answer).toEqual({ accepted: 2, duplicates: 0 });
    expect(await kept(hub)).toMatchObject([
      { type: "alert_fired", timeUnixMillis: STARTED_UNIX_MILLIS },
      { type: "alert_resolved", timeUnixMillis: Date.parse("2026-03-01T12:07:00Z"), data: { fingerprint: alert.fingerprint } },
      { type: "alert_fired", timeUnixMillis: Date.parse("2026-03-01T13:00:00Z") },
    ]);
    expect(await hub.metric('crowsnest_events_total{type="alert_fired"}')).toBe(2);
  });

  test("takes alerts of others too: without agent, with a severity of their own, with more labels than fit", async () => {
    const hub = await startTestHub();
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`label_${index}`, "x".repeat(5_000)]));
    const other = { ...alert, labels: { alertname: "DiskFull", severity: "page", ...many }, annotations: {} };
    expect((await send(hub, notification(other))).status).toBe(202);
    const [event] = await kept(hub);
    expect(event).toMatchObject({ data: { alert: "DiskFull" }, attributes: { severity: "page" } });
    expect(event?.agent).toBeUndefined();
    expect(event?.data).not.toHaveProperty("severity");
    expect(Object.keys(event?.attributes ?? {}).length).toBeLessThanOrEqual(64);
  });

  test("is no sign of life of the agent that the alert is about", async () => {
    const hub = await startTestHub();
    await send(hub, notification(alert));
    const page = await (await fetch(`${hub.hub.url}/metrics`)).text();
    expect(page).not.toMatch(/^agent_last_seen_timestamp_seconds\{/m);
  });

  test.each([
    [
      "another version",
      { ...notification(alert), version: "3" },
      'the body is of version "3", but has to be Alertmanager\'s webhook message of version "4"',
    ],
    ["something else", { alerts: [] }, "the body has no version, but has to be"],
    ["a list", "[]", "the body has no version, but has to be"],
    ["no alerts", notification(), "the body is not Alertmanager's webhook message: alerts: "],
    ["an alert without a name", notification({ ...alert, labels: {} }), "alerts.0.labels: has no alertname"],
    ["a time that is none", notification({ ...alert, startsAt: "yesterday" }), "alerts.0.startsAt: "],
    [
      "a time before there were computers",
      notification({ ...alert, startsAt: "1066-10-14T09:00:00Z" }),
      "an alert cannot be kept as an event: timeUnixMillis: ",
    ],
    ["text", "hello", "the body is not JSON ("],
    ["nothing", "", "the body is not JSON ("],
  ])("says what is wrong with %s", async (_what, body, sentence) => {
    const hub = await startTestHub();
    const { status, answer } = await send(hub, body);
    expect(status).toBe(400);
    expect((answer as { error: string }).error).toContain(sentence);
    expect(await kept(hub)).toEqual([]);
  });

  test("wants the hub's token where it has one, as Alertmanager can send it", async () => {
    const hub = await startTestHub({ token: "a-token-of-sixteen" });
    expect((await send(hub, notification(alert))).status).toBe(401);
    expect((await send(hub, notification(alert), { authorization: "Bearer a-token-of-sixteen" })).status).toBe(202);
  });

  test("takes JSON only, so that no form of a web page can write to it", async () => {
    const hub = await startTestHub();
    expect(await send(hub, notification(alert), { "content-type": "text/plain" })).toEqual({
      status: 415,
      answer: { error: "Content-Type is text/plain, but has to be application/json" },
    });
  });

  test("refuses more than 1 MB, also where it was smaller on the way", async () => {
    const hub = await startTestHub();
    const large = JSON.stringify(notification({ ...alert, annotations: { summary: "x".repeat(1_100_000) } }));
    expect(await send(hub, large)).toEqual({
      status: 413,
      answer: { error: "the body is larger than 1048576 bytes (after decompression)" },
    });
    expect(await sendCompressed(hub, large)).toBe(413);
  });

  test("answers 503 while nothing can be kept, so that Alertmanager tries again", { timeout: 60_000 }, async () => {
    const hub = await startTestHub();
    const other = connect(join(hub.data, "events.db"), {});
    other.exec("BEGIN IMMEDIATE");
    const { status, answer } = await send(hub, notification(alert));
    expect(status).toBe(503);
    expect((answer as { error: string }).error).toContain("alerts cannot be kept at the moment: ");
    expect(await hub.metric('crowsnest_store_failures_total{reason="write_failed"}')).toBe(1);
    other.exec("ROLLBACK");
    other.close();
    expect((await send(hub, notification(alert))).status).toBe(202);
  });
});

describe.skipIf(!hasAlertmanager)("a real Alertmanager", () => {
  test("tells the hub of an alert that fires and of its end", { timeout: 60_000 }, async () => {
    const hub = await startTestHub();
    const { url } = await startAlertmanager(alertmanagerConfig({ hubUrl: hub.hub.url, waitScale: 0.01 }));
    const post = async (endsAt: string | undefined) => {
      const { labels, annotations } = alert;
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify([{ labels, annotations, startsAt: STARTED, endsAt }]),
      });
      expect(response.status).toBe(200);
    };
    await post(new Date(Date.now() + 60_000).toISOString());
    const [fired] = await until("the alert to arrive", async () => {
      const events = await kept(hub);
      return events.length === 1 ? events : undefined;
    });
    const fingerprint = fired?.id.split("/")[1];
    expect(fired).toMatchObject({ type: "alert_fired", agent: "scribe", timeUnixMillis: STARTED_UNIX_MILLIS });
    await post(new Date().toISOString());
    const [, resolved] = await until("its end to arrive", async () => {
      const events = await kept(hub);
      return events.length === 2 ? events : undefined;
    });
    expect(resolved).toMatchObject({
      type: "alert_resolved",
      data: { fingerprint },
    });
  });
});

/** `fetch` compresses nothing by itself. */
function sendCompressed({ hub }: TestHub, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const sending = request(`${hub.url}/hooks/alertmanager`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sending.on("error", reject).end(gzipSync(body));
  });
}
