import { setImmediate as nextTurn } from "node:timers/promises";
import { Gauge, Registry } from "prom-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ScrapeError } from "../../../src/metrics/exposition/exposition.ts";
import { examples } from "../../helpers/examples.ts";
import { TestMetrics } from "../../helpers/metrics.ts";

/** A metric of the host's, that answers as the test asks. */
function foreign(name: string, get: () => unknown) {
  return { name, get };
}

const garbage: readonly (readonly [what: string, get: () => unknown])[] = [
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no"))],
  ["rejects with nothing", () => Promise.reject(undefined)],
  ["gives nothing", () => undefined],
  ["gives an empty object", () => ({})],
  ["has no values", () => ({ name: "broken", help: "x", type: "gauge" })],
  ["has no name", () => ({ help: "x", type: "gauge", values: [{ value: 1 }] })],
  ["has a name that is none", () => ({ name: "not a name", help: "x", type: "gauge", values: [{ value: 1 }] })],
  ["has no help", () => ({ name: "broken", type: "gauge", values: [{ value: 1 }] })],
  ["has a type that is none", () => ({ name: "broken", help: "x", type: "thing", values: [{ value: 1 }] })],
  ["has text for a value", () => ({ name: "broken", help: "x", type: "gauge", values: [{ value: "1 2 3" }] })],
  ["has no value in a sample", () => ({ name: "broken", help: "x", type: "gauge", values: [{ value: 1 }, {}] })],
  [
    "has a label that is none",
    () => ({ name: "broken", help: "x", type: "gauge", values: [{ value: 1, labels: { 'a="1",b': "x" } }] }),
  ],
  [
    "has a sample under a name that is none",
    () => ({ name: "b", help: "x", type: "gauge", values: [{ value: 1, metricName: "b\nc 1" }] }),
  ],
  [
    "has a getter that throws",
    () => ({ name: "b", help: "x", type: "gauge", values: [Object.defineProperty({}, "value", { get: fail })] }),
  ],
];

function fail(): never {
  throw new Error("no");
}

/** Lets every look at the clock take 10 ms, so that each piece of a scrape is one after which others get their turn. */
function slowClock(): void {
  let millis = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    millis += 10;
    return millis;
  });
}

function fleetWith(...metrics: readonly { readonly name: string; get(): unknown }[]): TestMetrics {
  const registry = new Registry();
  for (const metric of metrics) registry.registerMetric(metric as never);
  const fleet = new TestMetrics({ registry });
  fleet.feed(examples.state_saved.minimal);
  return fleet;
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a scrape", () => {
  it.each(garbage)("leaves out a metric that %s, counts it, and serves the rest", async (_what, get) => {
    for (const format of ["text", "openmetrics"] as const) {
      const sound = new Gauge({ name: "sound", help: "Sound.", registers: [] });
      sound.set(7);
      const fleet = fleetWith(foreign("broken", get), sound as never);
      const page = await fleet.page(format);
      expect(page).toContain("\nsound 7\n");
      expect(page).toContain('\nagent_state_saves_total{service="shop"} 1\n');
      const others = page.split("\n").filter((line) => !line.startsWith("crowsnest_scrape_errors_total"));
      expect(others.join("\n")).not.toMatch(/broken|^b |undefined/m);
      expect(fleet.failures.map(({ metric }) => metric)).toEqual(["broken"]);
      expect((await fleet.samples()).get('crowsnest_scrape_errors_total{metric="broken"}')).toBe(2);
    }
  });

  it("does not wait for ever for a metric that never answers", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const fleet = fleetWith(foreign("stuck", () => new Promise(() => undefined)));
    const scrape = fleet.page();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await scrape).toContain('agent_state_saves_total{service="shop"} 1\n');
    expect(fleet.failures).toMatchObject([{ metric: "stuck", error: { message: "it took longer than 4 s to read" } }]);
  });

  it("leaves no timer behind", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timers();
    const sound = new Gauge({ name: "sound", help: "Sound.", registers: [] });
    await fleetWith(sound as never).page();
    expect(timers()).toBe(before);
  });

  it("survives metrics that are no objects, and calls them unnamed", async () => {
    const fleet = fleetWith();
    const registry = fleet.registry as Registry;
    registry.registerMetric({ get: fail } as never);
    const all = registry.getMetricsAsArray();
    registry.getMetricsAsArray = () => [...all, undefined, 7] as never;
    expect(await fleet.page()).toContain("agent_state_saves_total");
    expect(fleet.failures.map(({ metric }) => metric)).toEqual(["unnamed", "unnamed", "unnamed"]);
  });

  it("goes on with old gauges when they cannot be brought up to date", async () => {
    const fleet = fleetWith();
    fleet.set.beforeScrape(fail);
    expect(await fleet.page()).toContain("agent_state_saves_total");
    expect(fleet.failures.map(({ metric }) => metric)).toEqual(["all"]);
  });

  it("fails only where nothing at all can be served, with the cause", async () => {
    const fleet = fleetWith(foreign("broken", fail), foreign("broken_too", fail));
    fleet.set.unregister();
    const error: unknown = await fleet.page().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ScrapeError);
    expect(error).toMatchObject({ code: "scrape_failed", cause: new Error("no"), message: "none of the metrics could be read" });
  });

  it("works again after it failed", async () => {
    const fleet = fleetWith(foreign("broken", fail));
    fleet.set.unregister();
    await expect(fleet.page()).rejects.toThrow(ScrapeError);
    (fleet.registry as Registry).registerMetric(new Gauge({ name: "sound", help: "Sound.", registers: [] }) as never);
    expect(await fleet.page()).toContain("sound 0");
  });

  it("is an empty page, not a failure, where there are no metrics", async () => {
    const fleet = fleetWith();
    fleet.set.unregister();
    expect(await fleet.page()).toBe("");
    expect(await fleet.page("openmetrics")).toBe("# EOF\n");
  });
});

describe("scrapes at the same time", () => {
  it("share one rendering per format", async () => {
    let reads = 0;
    const counted = foreign("counted", async () => {
      reads += 1;
      await nextTurn();
      return { name: "counted", help: "Counted.", type: "gauge", values: [{ value: reads }] };
    });
    const { exposition } = fleetWith(counted);
    const pages = await Promise.all(Array.from({ length: 10 }, () => exposition.render("text")));
    expect(reads).toBe(1);
    expect(new Set(pages).size).toBe(1);
    await Promise.all([exposition.render("text"), exposition.render("openmetrics")]);
    expect(reads).toBe(3);
  });

  it("see what happened since the last one", async () => {
    const fleet = fleetWith();
    const first = await fleet.page();
    fleet.feed(examples.state_saved.minimal);
    expect(await fleet.page()).not.toBe(first);
  });

  it("show every series once, although gauges are made anew while another scrape is under way", async () => {
    const agents = 4_500;
    const fleet = new TestMetrics({ limits: { maxLabelValues: 10_000, maxSeriesPerMetric: 100_000 } });
    for (let index = 0; index < agents; index += 1) {
      fleet.feed({ type: "agent_registered", agent: `agent-${index}`, data: { role: "writer" } });
    }
    slowClock();
    for (let turnsBetween = 0; turnsBetween < 5; turnsBetween += 1) {
      const first = fleet.page("text");
      for (let turns = 0; turns < turnsBetween; turns += 1) await nextTurn();
      const second = fleet.page("openmetrics");
      for (const page of [await first, await second]) {
        const series = page.split("\n").filter((line) => line.startsWith("agent_info{"));
        expect(new Set(series).size).toBe(series.length);
        expect(series).toHaveLength(agents);
      }
    }
  });

  it("give way to other work after every piece that took long", async () => {
    const fleet = new TestMetrics({ limits: { maxLabelValues: 10_000, maxSeriesPerMetric: 100_000 } });
    for (let index = 0; index < 10_000; index += 1) fleet.metrics.handoffsInProgress.set({ service: `service-${index}` }, 1);
    slowClock();
    let turns = 0;
    let done = false;
    const watch = (async () => {
      for (; !done; turns += 1) await nextTurn();
    })();
    await fleet.exposition.render("text");
    done = true;
    await watch;
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});
