import { readdir } from "node:fs/promises";
import type { AgentEvent } from "crowsnest";
import { describe, expect, test } from "vitest";
import { type FactoryOptions, runFactory } from "../../examples/test-factory/main.ts";
import { type MetricDefinition, metricDefinitions, metricName } from "../../src/metrics/definitions.ts";
import { startEmbedded } from "../support/embedded.ts";
import { withEnvironment } from "../support/environment.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Everything that a run of the factory told. */
async function eventsOf(options: FactoryOptions): Promise<AgentEvent[]> {
  const { crowsnest, recorder, settle } = await startEmbedded({ port: "off" });
  await runFactory(crowsnest, { paceMillis: 0, rounds: 1, ...options });
  await settle();
  return recorder.events;
}

/** For each order, what happened and who did it, in the order in which it happened. */
function stories(events: readonly AgentEvent[]): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  for (const { type, agent, workflowId } of events) {
    // Smoke tests have the SDK's ids. Which order overruns a budget depends on all the others.
    if (!workflowId?.startsWith("run-") || type === "budget_warning" || type === "budget_exceeded") continue;
    told[workflowId] ??= [];
    told[workflowId].push(`${type} ${agent}`);
  }
  return told;
}

/** The families of a page of `/metrics` that have a value above zero; a histogram has one when something was observed. */
function familiesAboveZero(page: string): Set<string> {
  return new Set(
    page.split("\n").flatMap((line) => {
      const [, name, value] = /^([a-zA-Z_:]+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
      return name !== undefined && Number(value) > 0 ? [name.replace(/_count$/, "")] : [];
    }),
  );
}

describe("the example team", () => {
  test("feeds every metric of the fleet in its first round", async () => {
    const { crowsnest } = await startEmbedded();
    const seen = new Set<string>();
    let isOver = false;
    const work = runFactory(crowsnest, { seed: 7, paceMillis: 1, rounds: 1 }).then(() => {
      isOver = true;
    });
    while (!isOver) {
      const page = await (await fetch(`${crowsnest.url}/metrics`)).text();
      for (const family of familiesAboveZero(page)) seen.add(family);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await work;
    const fleet = Object.entries<MetricDefinition>(metricDefinitions).filter(([, { own }]) => own !== true);
    const missing = fleet.map(([key]) => metricName(key as keyof typeof metricDefinitions)).filter((name) => !seen.has(name));
    expect(missing).toEqual([]);
  });

  test("tells the same stories for the same seed, and others for another", async () => {
    const first = stories(await eventsOf({ seed: 1, run: "run-a" }));
    const again = stories(await eventsOf({ seed: 1, run: "run-a" }));
    const other = stories(await eventsOf({ seed: 2, run: "run-a" }));
    expect(Object.keys(first)).toHaveLength(12);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("fails rarely and for known reasons, and gets near the limit of a context at times", async () => {
    const events = await eventsOf({ seed: 3 });
    const of = <T extends AgentEvent["type"]>(type: T) => events.filter((event) => event.type === type);
    const errors = of("error_raised").map(({ data }) => (data as { errorType: string }).errorType);
    expect(new Set(errors)).toEqual(
      new Set(["InputGuardrailTripwireTriggered", "NeedsPersonError", "ProviderOverloadedError", "BrowserCrashedError"]),
    );
    expect(errors.length).toBeLessThan(of("tool_called").length / 10);
    expect(of("workflow_failed")).toHaveLength(2);
    const tokens = events.flatMap((event) => (event.type === "context_updated" ? event.data.tokens : []));
    expect(Math.max(...tokens)).toBeGreaterThan(9_000);
    expect(Math.max(...tokens)).toBeLessThan(10_000);
    expect(of("context_compacted").length).toBeGreaterThan(0);
    expect(
      events.filter(({ type }) => type === "failure_recorded").map(({ data }) => (data as { component: string }).component),
    ).not.toContain("crowsnest/openai-agents");
  });

  test("stops at once when it is told to, and leaves nothing behind", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded({ port: "off" });
    const folder = await tempFolder();
    withEnvironment({ TMPDIR: folder });
    const stop = new AbortController();
    const work = runFactory(crowsnest, { paceMillis: 20, signal: stop.signal });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stoppedAt = performance.now();
    stop.abort();
    await work;
    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    await settle();
    expect(recorder.of("workflow_started").length).toBeGreaterThan(2);
    const ended = [...recorder.of("workflow_completed"), ...recorder.of("workflow_failed")];
    expect(ended).toHaveLength(recorder.of("workflow_started").length);
    expect(recorder.of("agent_completed")).toHaveLength(recorder.of("agent_started").length);
    expect(await readdir(folder)).toEqual([]);
  });
});
