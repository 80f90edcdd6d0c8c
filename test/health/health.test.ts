import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { assessHealth, type Component, type ComponentStatus, type Health, type HealthInput } from "../../src/health/health.ts";
import { complete, NOON } from "../helpers/events.ts";

interface Situation {
  readonly events?: readonly EventInput[];
  readonly components?: readonly Component[];
  readonly losses?: HealthInput["losses"];
  /** When it is asked, in seconds after noon. */
  readonly atSeconds?: number;
}

function healthIn({ events = [], components = [], losses, atSeconds = 0 }: Situation = {}): Health {
  const state = new FleetState();
  for (const event of events) state.apply(complete(event));
  return assessHealth(
    {
      mode: "hub",
      service: "shop",
      version: "1.2.3",
      state,
      components,
      startedUnixMillis: NOON - 90_040,
      losses: losses ?? { count: 0, lastUnixMillis: 0 },
    },
    NOON + atSeconds * 1_000,
  );
}

function component(name: string, status: ComponentStatus, reason?: string): Component {
  return { name, check: () => (reason === undefined ? { status } : { status, reason }) };
}

const context = (agent: string, tokens: number, limitTokens?: number): EventInput => ({
  type: "context_updated",
  agent,
  data: { tokens, limitTokens },
});
const budget = (limitUsd: number): EventInput => ({ type: "budget_set", data: { kind: "day", limitUsd } });
const spent = (costUsd: number): EventInput => ({
  type: "model_called",
  agent: "scribe",
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd },
});

describe("health", () => {
  it("is healthy when nothing happens at all", () => {
    expect(healthIn()).toEqual({
      status: "healthy",
      reasons: [],
      mode: "hub",
      service: "shop",
      version: "1.2.3",
      current_agents: [],
      uptime_seconds: 90,
      errors_last_hour: 0,
      memory_usage_mb: expect.any(Number),
      context_health: { status: "unknown" },
      components: {},
    });
  });

  it("tells the memory of the process in megabytes", () => {
    const megabytes = process.memoryUsage.rss() / 1_048_576;
    expect(Math.abs(healthIn().memory_usage_mb - megabytes)).toBeLessThan(megabytes / 2);
  });

  it("tells who is at work", () => {
    const run = (agent: string): EventInput => ({ type: "agent_started", agent, operationId: agent, data: {} });
    const heartbeat: EventInput = { type: "agent_heartbeat", agent: "idler", data: {} };
    expect(healthIn({ events: [run("scribe"), run("critic"), heartbeat] }).current_agents).toEqual(["scribe", "critic"]);
  });

  it("tells the errors of the last hour, and is healthy with them: whether they matter is for alerts to say", () => {
    const error: EventInput = { type: "error_raised", data: { errorType: "TypeError" } };
    const events = [error, error, { ...error, timeUnixMillis: NOON - 7_200_000 }];
    expect(healthIn({ events })).toMatchObject({ status: "healthy", errors_last_hour: 2 });
  });

  describe("components", () => {
    it("are each told, with their reason", () => {
      const components = [component("store", "up"), component("sinks", "degraded", "the queue of jsonl is almost full")];
      expect(healthIn({ components }).components).toEqual({
        store: { status: "up" },
        sinks: { status: "degraded", reason: "the queue of jsonl is almost full" },
      });
    });

    it("make it unhealthy when one is down, and only then", () => {
      const components = [
        component("sinks", "degraded", "almost full"),
        component("store", "down", "disk full"),
        component("a", "down"),
      ];
      expect(healthIn({ components })).toMatchObject({
        status: "unhealthy",
        reasons: ["store: disk full", "a", "sinks: almost full"],
      });
    });

    it("make it degraded when one has less than it should", () => {
      const components = [component("store", "up"), component("sinks", "degraded", "almost full")];
      expect(healthIn({ components })).toMatchObject({ status: "degraded", reasons: ["sinks: almost full"] });
    });

    it("are down when they cannot even be asked", () => {
      const broken: Component = {
        name: "store",
        check: () => {
          throw new Error("not open");
        },
      };
      expect(healthIn({ components: [broken] })).toMatchObject({ status: "unhealthy", reasons: ["store: not open"] });
    });
  });

  describe("contexts", () => {
    it.each([
      [100, "healthy", "ok"],
      [899, "healthy", "ok"],
      [900, "degraded", "near_limit"],
      [999, "degraded", "near_limit"],
      [1_000, "degraded", "over_limit"],
      [1_500, "degraded", "over_limit"],
    ] as const)("with %i of 1000 tokens are %s", (tokens, status, contextStatus) => {
      expect(healthIn({ events: [context("scribe", tokens, 1_000)] })).toMatchObject({
        status,
        context_health: { status: contextStatus, agent: "scribe", used_ratio: tokens / 1_000 },
      });
    });

    it("are judged by the worst agent, by its share", () => {
      const health = healthIn({ events: [context("scribe", 5_000, 100_000), context("critic", 95, 100), context("runner", 1)] });
      expect(health).toMatchObject({
        reasons: ["the context of critic is 95 % full"],
        context_health: { agent: "critic", used_ratio: 0.95 },
      });
    });

    it("are unknown where no limit is", () => {
      expect(healthIn({ events: [context("scribe", 1_000_000)] })).toMatchObject({
        status: "healthy",
        context_health: { status: "unknown" },
      });
    });
  });

  describe("lost events", () => {
    const losses = { count: 7, lastUnixMillis: NOON };

    it("make it degraded for five minutes", () => {
      const reasons = ["events were lost within the last 5 minutes (7 since the start)"];
      for (const atSeconds of [0, 300]) expect(healthIn({ losses, atSeconds })).toMatchObject({ status: "degraded", reasons });
      expect(healthIn({ losses, atSeconds: 300.001 })).toMatchObject({ status: "healthy", reasons: [] });
    });

    it("are not told where there were none", () => {
      expect(healthIn({ losses: { count: 0, lastUnixMillis: NOON } })).toMatchObject({ status: "healthy" });
    });
  });

  describe("budgets", () => {
    it("make it degraded once they are used up, not at the warning", () => {
      expect(healthIn({ events: [budget(10), spent(9)] })).toMatchObject({ status: "healthy" });
      expect(healthIn({ events: [budget(10), spent(10.5)] })).toMatchObject({
        status: "degraded",
        reasons: ["the budget of day is used up: 10.50 of 10.00 US dollars"],
      });
    });

    it("of a day are whole again after midnight, although nobody spends or scrapes", () => {
      const events = [budget(10), spent(10)];
      expect(healthIn({ events, atSeconds: 12 * 3_600 - 1 })).toMatchObject({ status: "degraded" });
      expect(healthIn({ events, atSeconds: 12 * 3_600 })).toMatchObject({ status: "healthy" });
    });

    it("that were raised are no longer used up", () => {
      expect(healthIn({ events: [budget(10), spent(10), budget(12)] })).toMatchObject({ status: "healthy" });
    });
  });

  it("tells every reason at once, the worst first", () => {
    const { status, reasons } = healthIn({
      events: [context("scribe", 95, 100), budget(1), spent(2)],
      components: [component("sinks", "degraded", "almost full"), component("store", "down", "disk full")],
      losses: { count: 1, lastUnixMillis: NOON },
    });
    expect(status).toBe("unhealthy");
    expect(reasons).toEqual([
      "store: disk full",
      "sinks: almost full",
      "the context of scribe is 95 % full",
      "events were lost within the last 5 minutes (1 since the start)",
      "the budget of day is used up: 2.00 of 1.00 US dollars",
    ]);
  });
});
