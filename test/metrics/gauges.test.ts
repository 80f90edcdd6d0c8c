import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { NOON } from "../helpers/events.ts";
import { exampleList, examples } from "../helpers/examples.ts";
import { TestMetrics } from "../helpers/metrics.ts";

const agent = "scribe";
const at = (seconds: number) => NOON + seconds * 1_000;

/** The gauges of the fleet, and the time at work, that are not 0, without the labels' quotes and the service. */
async function gaugesOf(fleet: TestMetrics): Promise<string[]> {
  const names = [...(await fleet.page()).matchAll(/^# TYPE agent_(\S+) gauge$/gm)].map(([, name = ""]) => name);
  const samples = [...(await fleet.samples())].map(([sample, value]) => {
    const short = sample.replace(/^agent_/, "").replace(/service="shop",?/, "");
    return [short.replaceAll('"', ""), value] as const;
  });
  return samples
    .filter(
      ([sample, value]) => value !== 0 && (names.includes(sample.replace(/\{.*/, "")) || sample.startsWith("active_seconds")),
    )
    .map(([sample, value]) => `${sample} ${value}`);
}

async function gaugesAfter(nowSeconds: number, ...inputs: readonly EventInput[]): Promise<string[]> {
  const fleet = new TestMetrics();
  fleet.nowSeconds = nowSeconds;
  fleet.feed(...inputs);
  return gaugesOf(fleet);
}

describe("gauges", () => {
  it("show who is at work, in which role, for how long, and when they were last seen", async () => {
    const run: EventInput = { type: "agent_started", agent, operationId: "1", data: { role: "writer" } };
    expect(await gaugesAfter(5, run)).toEqual([
      "info{agent=scribe,role=writer} 1",
      "active{agent=scribe} 1",
      "active_seconds_total{agent=scribe} 5",
      `last_seen_timestamp_seconds{agent=scribe} ${NOON / 1_000}`,
    ]);
  });

  it("show an agent in one role only, the latest", async () => {
    const registered = (role: string): EventInput => ({ type: "agent_registered", agent, data: { role } });
    const fleet = new TestMetrics();
    fleet.feed(registered("writer"));
    await fleet.page();
    fleet.feed(registered("editor"));
    expect((await gaugesOf(fleet)).filter((line) => line.startsWith("info"))).toEqual(["info{agent=scribe,role=editor} 1"]);
  });

  it("show that an idle agent is there and not at work", async () => {
    const fleet = new TestMetrics();
    fleet.feed(examples.agent_heartbeat.minimal);
    const samples = await fleet.samples();
    expect(samples.get('agent_active{service="shop",agent="scribe"}')).toBe(0);
    expect(samples.get('agent_info{service="shop",agent="scribe",role=""}')).toBe(1);
  });

  it("count the active agents together that share a series beyond the cap", async () => {
    const fleet = new TestMetrics({ limits: { maxLabelValues: 2 } });
    const run = (name: string): EventInput => ({ type: "agent_started", agent: name, operationId: name, data: {} });
    fleet.feed(...["a", "b", "c", "d"].map(run), { type: "agent_heartbeat", agent: "e", data: {} });
    for (const _ of ["first scrape", "second scrape"]) {
      const active = [...(await fleet.samples())].filter(([sample]) => sample.startsWith("agent_active{"));
      expect(active.map(([, value]) => value)).toEqual([1, 1, 2]);
    }
  });

  it("add the time at work up over scrapes, without counting any of it twice", async () => {
    const fleet = new TestMetrics();
    fleet.feed({ type: "agent_started", agent, operationId: "1", data: {} });
    for (const seconds of [1, 2, 2, 7]) {
      fleet.nowSeconds = seconds;
      const samples = await fleet.samples();
      expect(samples.get('agent_active_seconds_total{service="shop",agent="scribe"}')).toBe(seconds);
    }
  });

  it("show work in progress while it runs and go back to 0", async () => {
    const work: readonly (readonly [string, EventInput, EventInput])[] = [
      ["handoffs_in_progress{}", examples.handoff_started.full, examples.handoff_completed.full],
      ["tasks_in_progress{agent=scribe}", examples.task_assigned.full, examples.task_completed.full],
      ["workflows_in_progress{workflow=checkout}", examples.workflow_started.full, examples.workflow_failed.full],
    ];
    for (const [gauge, start, end] of work) {
      const fleet = new TestMetrics();
      const read = async () => (await gaugesOf(fleet)).filter((line) => line.includes("in_progress"));
      fleet.feed(start);
      expect(await read()).toEqual([`${gauge} 1`]);
      fleet.feed(end);
      expect(await read()).toEqual([]);
      expect(
        [...(await fleet.samples()).keys()].some((sample) => sample.includes("in_progress")),
        gauge,
      ).toBe(true);
    }
  });

  it("show a context's size, items and limit, and no limit where it is unknown", async () => {
    const lines = await gaugesAfter(0, examples.context_updated.minimal);
    expect(lines.filter((line) => line.startsWith("context"))).toEqual(["context_tokens{agent=scribe} 8200"]);
    const full = await gaugesAfter(0, examples.context_updated.full);
    expect(full.filter((line) => line.startsWith("context"))).toEqual([
      "context_tokens{agent=scribe} 8200",
      "context_limit_tokens{agent=scribe} 10000",
      "context_items{agent=scribe} 14",
    ]);
  });

  it("show budgets by scope and what is spent, and a day's as whole after midnight", async () => {
    const fleet = new TestMetrics();
    const { minimal } = examples.model_called;
    fleet.feed(
      { type: "budget_set", data: { kind: "day", limitUsd: 10 } },
      { type: "budget_set", data: { kind: "agent", name: agent, limitUsd: 5 } },
      { ...minimal, data: { ...minimal.data, costUsd: 2 } },
    );
    const read = async () => (await gaugesOf(fleet)).filter((line) => line.startsWith("budget"));
    const limits = ["budget_usd{scope=day} 10", "budget_usd{scope=agent:scribe} 5"];
    expect(await read()).toEqual([...limits, "budget_spent_usd{scope=day} 2", "budget_spent_usd{scope=agent:scribe} 2"]);
    fleet.nowSeconds = 12 * 3_600;
    expect(await read()).toEqual([...limits, "budget_spent_usd{scope=agent:scribe} 2"]);
  });

  it("show the size of the state as last saved", async () => {
    expect(await gaugesAfter(0, examples.state_saved.minimal)).toEqual(["state_size_bytes{} 4096"]);
  });

  it("are up to date for a client library's own registry too", async () => {
    const fleet = new TestMetrics();
    fleet.feed(examples.task_assigned.minimal);
    const { values } = await fleet.metrics.tasksInProgress.get();
    expect(values).toEqual([{ labels: { service: "shop", agent: "scribe" }, value: 1 }]);
  });

  it("never go below 0, and time at work never runs ahead of the clock", async () => {
    const inputs = exampleList.flatMap(({ minimal, full }) => [minimal, full]);
    const steps = fc.array(fc.tuple(fc.constantFrom(...inputs), fc.nat(10)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (told) => {
        const fleet = new TestMetrics();
        for (const [input, waitSeconds] of told) {
          fleet.nowSeconds += waitSeconds;
          fleet.feed({ ...input, timeUnixMillis: at(fleet.nowSeconds) });
        }
        const samples = await fleet.samples();
        for (const [sample, value] of samples) expect(value, sample).toBeGreaterThanOrEqual(0);
        // Work that is told after the fact may have begun before the first event: the longest of the examples took 30 s.
        const active = samples.get('agent_active_seconds_total{service="shop",agent="scribe"}') ?? 0;
        expect(active).toBeLessThanOrEqual(fleet.nowSeconds + 30);
      }),
      { numRuns: 50 },
    );
  });
});
