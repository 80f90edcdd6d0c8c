import { writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Hub, StoreError, startHub } from "crowsnest/server";
import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../src/events/types.ts";
import { openReader } from "../../src/store/open-store.ts";
import { connect } from "../../src/store/sqlite/driver.ts";
import { startTestHub } from "../support/hub.ts";
import { send } from "../support/send.ts";
import { readLog } from "../support/stored-log.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const HANDOFFS = 'agent_handoffs_total{service="factory",from_agent="scribe",to_agent="critic",outcome="success"}';

function handoff(id: string): AgentEvent {
  return {
    id,
    type: "handoff_completed",
    timeUnixMillis: Date.now(),
    source: "factory",
    agent: "scribe",
    data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 0.2 },
  };
}

describe("a hub", () => {
  test("keeps what agents in its process do, and counts it once it is kept", async () => {
    const { hub, data, metric } = await startTestHub();
    const crowsnest = hub.attach({ service: "factory" });
    await crowsnest.handoff({ from: "scribe", to: "critic" }, async () => "approved");
    await hub.flush();
    expect(await metric(HANDOFFS)).toBe(1);
    expect((await hub.query({ agents: ["scribe"] })).events.map(({ type, seq }) => [seq, type])).toEqual([
      [1, "handoff_started"],
      [2, "handoff_completed"],
    ]);
    await hub.close();
    const reader = openReader(data);
    expect(reader.query({}).events).toHaveLength(2);
    reader.close();
  });

  test("moves nothing when the same event is delivered again, also after a restart", async () => {
    const first = await startTestHub();
    expect((await first.hub.accept([handoff("E-1"), handoff("E-2")])).stored).toHaveLength(2);
    expect(await first.hub.accept([handoff("E-1"), handoff("E-3")])).toMatchObject({ duplicates: 1, stored: [{ id: "E-3" }] });
    expect(await first.metric(HANDOFFS)).toBe(3);
    await first.hub.close();
    const second = await startTestHub({ data: first.data });
    expect((await second.hub.accept([handoff("E-1")])).duplicates).toBe(1);
    expect(await second.metric(HANDOFFS)).toBeUndefined();
  });

  test("rebuilds its gauges from the store after a restart, while counters begin at 0", async () => {
    const first = await startTestHub();
    const crowsnest = first.hub.attach({ service: "factory" });
    crowsnest.emit({ type: "agent_registered", agent: "scribe", data: { role: "writer" } });
    crowsnest.context({ agent: "scribe", tokens: 9_500, limitTokens: 10_000 });
    crowsnest.budget({ agent: "scribe", limitUsd: 1 });
    await crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5" }, async (call) => call.cost(0.9));
    crowsnest.emit({ type: "task_assigned", source: "python", agent: "medic", taskId: "T-1", data: { taskType: "fix" } });
    crowsnest.emit({ type: "state_saved", data: { sizeBytes: 4_096 } });
    await first.hub.flush();
    await until("the budget to warn", () => first.metric('crowsnest_events_total{type="budget_warning"}'));
    await first.hub.close();

    const { metric, hub } = await startTestHub({ data: first.data });
    expect(await metric('agent_context_tokens{service="factory",agent="scribe"}')).toBe(9_500);
    expect(await metric('agent_context_limit_tokens{service="factory",agent="scribe"}')).toBe(10_000);
    expect(await metric('agent_info{service="factory",agent="scribe",role="writer"}')).toBe(1);
    expect(await metric('agent_budget_spent_usd{service="factory",scope="agent:scribe"}')).toBeCloseTo(0.9);
    expect(await metric('agent_tasks_in_progress{service="python",agent="medic"}')).toBe(1);
    expect(await metric('agent_state_size_bytes{service="factory"}')).toBe(4_096);
    hub.attach({ service: "factory" }).emit({ type: "hitl_escalated", data: { priority: "low" } });
    await hub.flush();
    expect(await metric('crowsnest_events_total{type="hitl_escalated"}')).toBe(1);
    expect(await metric('crowsnest_events_total{type="budget_warning"}')).toBeUndefined();
    expect(hub.health()).toMatchObject({
      status: "degraded",
      context_health: { status: "near_limit", agent: "scribe", used_ratio: 0.95 },
    });
  });

  test("gives up the work of its own process when it closes, and keeps that too", async () => {
    const { hub, data } = await startTestHub();
    const { promise: never } = Promise.withResolvers<void>();
    void hub.attach({ service: "factory" }).workflow({ name: "checkout" }, () => never);
    await hub.close();
    const reader = openReader(data);
    expect(reader.query({ types: ["workflow_failed"] }).events).toMatchObject([{ data: { outcome: "abandoned" } }]);
    reader.close();
  });

  test("finishes what is under way when it closes, and keeps what follows from it", async () => {
    const { hub, data, told } = await startTestHub();
    const lines = [
      { type: "budget_set", data: { kind: "day", limitUsd: 1 } },
      {
        type: "model_called",
        agent: "scribe",
        data: { provider: "p", model: "m", outcome: "success", durationSeconds: 1, costUsd: 2 },
      },
    ].map((event) => `${JSON.stringify({ ...event, source: "factory", timeUnixMillis: Date.now() })}\n`);
    let closing: Promise<void> | undefined;
    const { status } = await send(`${hub.url}/v1/events`, { "content-type": "application/x-ndjson" }, async function* () {
      yield Buffer.from(lines[0] as string);
      await sleep(100);
      closing = hub.close();
      await sleep(100);
      yield Buffer.from(lines[1] as string);
    });
    expect(status).toBe(202);
    await closing;
    expect(readLog(data).map(({ type }) => type)).toEqual(["budget_set", "model_called", "budget_exceeded"]);
    expect(told).toEqual([]);
  });

  test("shows how much waits to be kept, and how much may", async () => {
    const { hub, metric } = await startTestHub();
    expect(await metric('crowsnest_queue_capacity{queue="store"}')).toBe(150_000);
    const crowsnest = hub.attach({ service: "factory" });
    for (let event = 0; event < 40_000; event += 1) crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    expect(await metric('crowsnest_queue_depth{queue="store"}')).toBeGreaterThan(0);
    await hub.flush();
    expect(await metric('crowsnest_queue_depth{queue="store"}')).toBe(0);
  });

  test("attaches several services, told apart by their name", async () => {
    const { hub, metric } = await startTestHub();
    for (const service of ["factory", "support"])
      hub.attach({ service }).emit({ type: "hitl_escalated", data: { priority: "high" } });
    await hub.flush();
    for (const service of ["factory", "support"]) {
      expect(await metric(`agent_escalations_total{service="${service}",priority="high"}`)).toBe(1);
    }
  });
});

describe("its endpoints", () => {
  test("/health has all that a person asks for", async () => {
    const { hub } = await startTestHub();
    const response = await fetch(`${hub.url}/health`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      status: "healthy",
      reasons: [],
      mode: "hub",
      service: "crowsnest",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      current_agents: [],
      uptime_seconds: expect.any(Number),
      errors_last_hour: 0,
      memory_usage_mb: expect.any(Number),
      context_health: { status: "unknown" },
      components: { sinks: { status: "up" }, store: { status: "up" } },
    });
  });

  test("/health names the agents at work", async () => {
    const { hub } = await startTestHub();
    await hub.attach({ service: "factory" }).agentRun({ agent: "scribe" }, async () => {
      await hub.flush();
      expect(hub.health().current_agents).toEqual(["scribe"]);
    });
  });

  test("/health is 503 while events cannot be kept, and 200 again when they can", { timeout: 60_000 }, async () => {
    const { hub, data, metric, told } = await startTestHub();
    const crowsnest = hub.attach({ service: "factory" });
    const other = connect(join(data, "events.db"), {});
    other.exec("BEGIN IMMEDIATE");
    await expect(hub.accept([handoff("E-1")])).rejects.toThrow(StoreError);
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    const response = await fetch(`${hub.url}/health`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: "unhealthy", components: { store: { status: "down" } } });
    await hub.flush();
    expect(await metric('crowsnest_events_dropped_total{queue="store",reason="write_failed"}')).toBe(1);
    expect(told).toHaveLength(1);
    other.exec("ROLLBACK");
    other.close();
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    await hub.flush();
    expect((await fetch(`${hub.url}/health`)).status).toBe(200);
    expect(await metric('crowsnest_events_total{type="hitl_escalated"}')).toBe(1);
  });

  test("/metrics comes as text, as OpenMetrics and compressed, as the scraper asks", async () => {
    const { hub } = await startTestHub();
    const text = await fetch(`${hub.url}/metrics`, { headers: { "accept-encoding": "identity" } });
    expect(text.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text.headers.get("content-encoding")).toBeNull();
    const accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2";
    const openMetrics = await fetch(`${hub.url}/metrics`, { headers: { accept, "accept-encoding": "gzip" } });
    expect(openMetrics.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    expect(openMetrics.headers.get("content-encoding")).toBe("gzip");
    expect(await openMetrics.text()).toMatch(/\n# EOF\n$/);
  });

  test("answer only to loopback names, so that no page from the web can read them", async () => {
    const { hub } = await startTestHub();
    expect(await statusFor(hub, "evil.example")).toBe(421);
    expect(await statusFor(hub, "localhost:1")).toBe(200);
  });

  test("answer to the names that are allowed as well, as behind a proxy", async () => {
    const { hub } = await startTestHub({ allowedHosts: "crowsnest.example, Hub.Example:8443" });
    for (const name of ["crowsnest.example", "CROWSNEST.example:80", "hub.example", "127.0.0.1", "localhost"]) {
      expect(await statusFor(hub, name), name).toBe(200);
    }
    for (const name of ["evil.example", "crowsnest.example.evil.example", "xcrowsnest.example"]) {
      expect(await statusFor(hub, name), name).toBe(421);
    }
  });

  test("answer to any name where others reach them, unless some names are allowed: then to these", async () => {
    const open = await startTestHub({ host: "0.0.0.0", insecure: true });
    expect(await statusFor(open.hub, "whatever.example")).toBe(200);
    const named = await startTestHub({ host: "0.0.0.0", insecure: true, allowedHosts: ["crowsnest.example"] });
    expect(await statusFor(named.hub, "crowsnest.example:9464")).toBe(200);
    expect(await statusFor(named.hub, "evil.example")).toBe(421);
  });

  test("say in words what is not there", async () => {
    const { hub } = await startTestHub();
    const response = await fetch(`${hub.url}/metric`);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status: 404, detail: "there is nothing at /metric" });
    expect(await (await fetch(hub.url)).text()).toContain("/metrics");
  });
});

describe("a hub that cannot start", () => {
  test("names the data folder that cannot be used", async () => {
    const folder = await tempFolder();
    const file = join(folder, "not-a-folder");
    await writeFile(file, "");
    await expect(startHub({ port: 0, data: join(file, "data") })).rejects.toThrow(/not-a-folder.*data \(CROWSNEST_DATA\)/);
  });

  test("leaves no store behind that it had opened when its port is taken", async () => {
    const first = await startTestHub();
    const folder = await tempFolder();
    const port = Number(new URL(first.hub.url).port);
    await expect(startHub({ port, data: folder })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use by another program; --port`,
    );
    await expect(startTestHub({ data: folder })).resolves.toBeDefined();
  });
});

/** What `/health` answers to a request that was made to a name. */
function statusFor(hub: Hub, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port: new URL(hub.url).port, host: "127.0.0.1", path: "/health", headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}
