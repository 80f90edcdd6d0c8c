import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { createCrowsnest } from "crowsnest";
import express from "express";
import { Counter, Registry } from "prom-client";
import { describe, expect, onTestFinished, test } from "vitest";
import { startEmbedded } from "./support/embedded.ts";

describe("an embedded Crowsnest", () => {
  test("serves /metrics and /health on a port of its own", async () => {
    const { crowsnest } = await startEmbedded({ service: "checkout-agents" });
    await crowsnest.handoff({ from: "scribe", to: "critic" }, async () => "approved");
    const page = await (await fetch(`${crowsnest.url}/metrics`)).text();
    expect(page).toContain(
      'agent_handoffs_total{service="checkout-agents",from_agent="scribe",to_agent="critic",outcome="success"} 1\n',
    );
    const health = await fetch(`${crowsnest.url}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: "healthy", mode: "embedded", service: "checkout-agents" });
  });

  test("answers only to this machine's names and those that are allowed", async () => {
    const { crowsnest } = await startEmbedded({ allowedHosts: "agents.example" });
    for (const [host, status] of [
      ["localhost", 200],
      ["agents.example", 200],
      ["evil.example", 421],
    ] as const) {
      const answered = await new Promise((resolve, reject) => {
        get(`${crowsnest.url}/metrics`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on("error", reject);
      });
      expect(answered, host).toBe(status);
    }
  });

  test("serves them from the host's own app as well, and leaves everything else to it", async () => {
    const { crowsnest } = await startEmbedded({ port: "off" });
    expect(crowsnest.url).toBeUndefined();
    const app = express();
    app.use(crowsnest.router());
    app.get("/", (_request, response) => void response.send("the host's page"));
    const server = app.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await (await fetch(`${base}/metrics`)).text()).toContain("crowsnest_build_info");
    expect(await (await fetch(`${base}/health/ready`)).json()).toEqual({ status: "ready" });
    expect(await (await fetch(base)).text()).toBe("the host's page");
  });

  test("names its metrics after another prefix, its own health still after itself", async () => {
    const { crowsnest, metric } = await startEmbedded({ metricPrefix: "yolo" });
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "high" } });
    expect(await metric('yolo_escalations_total{service="test",priority="high"}')).toBe(1);
    expect(await metric('crowsnest_events_total{type="hitl_escalated"}')).toBe(1);
  });

  test("adds to the host's registry, and takes its metrics out again when it closes", async () => {
    const registry = new Registry();
    new Counter({ name: "orders_total", help: "Orders.", registers: [registry] }).inc(4);
    const { crowsnest, metric } = await startEmbedded({ registry });
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    expect(await metric("orders_total")).toBe(4);
    expect(await registry.metrics()).toContain('agent_escalations_total{service="test",priority="low"} 1');
    await crowsnest.close();
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(["orders_total"]);
  });

  test("ends every sink's queue when it closes, may be closed twice, and is silent afterwards", async () => {
    const { crowsnest, recorder } = await startEmbedded();
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    await Promise.all([crowsnest.close(), crowsnest.close()]);
    expect(recorder.types).toEqual(["hitl_escalated"]);
    expect(() => crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } })).not.toThrow();
    expect(recorder.types).toEqual(["hitl_escalated"]);
  });

  test("says after a flush whether everything has arrived", async () => {
    const { crowsnest } = await startEmbedded({
      sinks: [
        {
          name: "broken",
          start: async () => undefined,
          write: () => Promise.reject(new Error("disk full")),
          close: async () => undefined,
        },
      ],
    });
    expect(await crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    expect(await crowsnest.flush()).toEqual({ delivered: false, problems: ["1 events were lost"] });
    expect(crowsnest.health()).toMatchObject({ status: "degraded" });
  });

  test("does not wait for ever for a sink that hangs", async () => {
    const hanging = {
      name: "hanging",
      start: async () => undefined,
      write: () => new Promise<void>(() => undefined),
      close: async () => undefined,
    };
    const { crowsnest } = await startEmbedded({ closeTimeoutSeconds: 0.2, sinks: [hanging] });
    crowsnest.emit({ type: "hitl_escalated", data: { priority: "low" } });
    expect(await crowsnest.flush()).toEqual({ delivered: false, problems: ["events were not all sent within 0.2 s"] });
    await crowsnest.close();
  });

  test("keeps its agents' names as labels up to a limit", async () => {
    const { crowsnest, metric } = await startEmbedded({ maxLabelValues: 3 });
    for (let agent = 0; agent < 10; agent += 1) {
      crowsnest.emit({ type: "safety_blocked", agent: `agent-${agent}`, data: { policy: "no-network" } });
    }
    expect(await metric('agent_safety_blocks_total{service="test",agent="agent-2",policy="no-network"}')).toBe(1);
    expect(await metric('agent_safety_blocks_total{service="test",agent="other",policy="no-network"}')).toBe(7);
    expect(await metric('crowsnest_label_overflows_total{metric="agent_safety_blocks_total"}')).toBe(7);
  });
});

describe("what is wrong at the start", () => {
  const wrong: readonly [options: object, message: string][] = [
    [{ prot: 1 }, "prot is not an option"],
    [{ port: -1 }, "port takes a port from 0 (any free one) to 65535, or off, but is -1"],
    [
      { metricPrefix: "9lives" },
      'metricPrefix takes letters, digits and underscores (at most 40), beginning with a letter, but is "9lives"',
    ],
    [{ service: "" }, 'service takes a name of 1 to 200 characters, but is ""'],
    [{ traces: "maybe" }, 'traces takes true or false, but is "maybe"'],
  ];
  test.each(wrong)("%j fails the start and names the option", async (options, message) => {
    await expect(createCrowsnest({ signals: false, ...options })).rejects.toThrow(message);
  });

  test("a port that was asked for and is taken fails the start, naming the port and what moves it", async () => {
    const port = await takenPort();
    await expect(createCrowsnest({ port, traces: false, signals: false })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use by another program; port (CROWSNEST_PORT) moves it (0 takes any free port)`,
    );
  });

  test("a sink that cannot start fails the start", async () => {
    const broken = {
      name: "broken",
      start: () => Promise.reject(new Error("no such folder")),
      write: async () => undefined,
      close: async () => undefined,
    };
    await expect(createCrowsnest({ port: "off", traces: false, signals: false, sinks: [broken] })).rejects.toThrow(
      "no such folder",
    );
  });

  test("a metric name that the host has taken fails the start, naming it", async () => {
    const registry = new Registry();
    new Counter({ name: "agent_handoffs_total", help: "Taken.", registers: [registry] });
    await expect(createCrowsnest({ registry, port: "off", traces: false, signals: false })).rejects.toThrow(
      "it already has a metric called agent_handoffs_total",
    );
  });
});

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}
