import { Counter as SuccessorCounter, Registry as SuccessorRegistry } from "@prometheus-io/client";
import { Counter, Gauge, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { type MetricKey, metricDefinitions, metricName } from "../../src/metrics/definitions.ts";
import { MetricSet } from "../../src/metrics/metric-set.ts";
import { exampleList, examples } from "../helpers/examples.ts";
import { registries, samplesOf, TestMetrics } from "../helpers/metrics.ts";

const keys = Object.keys(metricDefinitions) as MetricKey[];

describe.each(registries)("metrics in a registry of $library", ({ create }) => {
  it("stand there under their names", () => {
    const registry = create();
    new MetricSet({ registry });
    expect(registry.getMetricsAsArray()).toHaveLength(keys.length);
    for (const key of keys) expect(registry.getSingleMetric(metricName(key)), key).toBeDefined();
  });

  it("stand there under another prefix, all but Crowsnest's own", () => {
    const registry = create();
    new MetricSet({ registry, prefix: "yolo" });
    expect(registry.getSingleMetric("yolo_handoffs_total")).toBeDefined();
    expect(registry.getSingleMetric("agent_handoffs_total")).toBeUndefined();
    expect(registry.getSingleMetric("crowsnest_events_total")).toBeDefined();
  });

  it("are shown by the library's own renderer with the same values as by ours", async () => {
    const registry = create();
    const fleet = new TestMetrics({ registry });
    for (const { minimal, full } of exampleList) fleet.feed(minimal, full);
    const format = registry.contentType.startsWith("application/openmetrics") ? "openmetrics" : "text";
    const ours = sameLabelOrder(samplesOf(await fleet.page(format)));
    const theirs = sameLabelOrder(samplesOf(await registry.metrics()));
    expect(ours.size).toBeGreaterThan(200);
    expect(theirs).toEqual(ours);
  });

  it("are shown by ours with full names after the library's renderer was used", async () => {
    const registry = create();
    const fleet = new TestMetrics({ registry });
    fleet.feed(examples.handoff_completed.full);
    const before = { text: await fleet.page("text"), openmetrics: await fleet.page("openmetrics") };
    await registry.metrics();
    await registry.metrics();
    expect(await fleet.page("text")).toBe(before.text);
    expect(await fleet.page("openmetrics")).toBe(before.openmetrics);
    expect(before.text).toContain("\nagent_handoffs_total{");
  });

  it("are found, read and reset one by one by the library", async () => {
    const registry = create() as unknown as Registry;
    const fleet = new TestMetrics({ registry });
    fleet.feed(examples.handoff_completed.minimal);
    const text = await registry.getSingleMetricAsString("agent_handoff_duration_seconds");
    expect(text).toContain("# TYPE agent_handoff_duration_seconds histogram");
    const json = await registry.getMetricsAsJSON();
    expect(json.find(({ name }) => name === "agent_handoff_duration_seconds")).toMatchObject({ type: "histogram" });
    registry.resetMetrics();
    expect((await fleet.samples()).size).toBe(0);
  });

  it("can be taken out again, and put in anew, beside what the host has", async () => {
    const registry = create();
    const set = new MetricSet({ registry });
    const hosts = new Gauge({ name: "host_metric", help: "The host's.", registers: [] });
    registry.registerMetric(hosts as never);
    await registry.metrics();
    set.unregister();
    expect(registry.getMetricsAsArray()).toEqual([hosts]);
    expect(() => new MetricSet({ registry })).not.toThrow();
  });

  it("say which name is taken and what moves it, and leave the registry as it was", () => {
    const registry = create();
    const hosts = new Counter({ name: "agent_tool_calls_total", help: "The host's.", registers: [] });
    registry.registerMetric(hosts as never);
    expect(() => new MetricSet({ registry })).toThrow(
      "registry: it already has a metric called agent_tool_calls_total; give Crowsnest a registry of its own or another metricPrefix",
    );
    expect(registry.getMetricsAsArray()).toEqual([hosts]);
    expect(() => new MetricSet({ registry, prefix: "yolo" })).not.toThrow();
  });

  it("do not advise another prefix where that does not help", () => {
    const registry = create();
    new MetricSet({ registry });
    expect(() => new MetricSet({ registry, prefix: "yolo" })).toThrow(
      /^registry: it already has a metric called crowsnest_\w+; give Crowsnest a registry of its own$/,
    );
  });
});

describe("metrics beside others of the same library", () => {
  it("share one page, whichever library the others are from", async () => {
    const registry = new Registry();
    new Counter({ name: "orders_total", help: "Orders.", registers: [registry] }).inc(3);
    const successor = new SuccessorRegistry();
    new SuccessorCounter({ name: "orders_total", help: "Orders.", registers: [successor] }).inc(3);
    for (const shared of [registry, successor]) {
      const fleet = new TestMetrics({ registry: shared });
      fleet.feed(examples.state_saved.minimal);
      const samples = await fleet.samples();
      expect(samples.get("orders_total")).toBe(3);
      expect(samples.get('agent_state_saves_total{service="shop"}')).toBe(1);
    }
  });
});

describe("limits", () => {
  it("hold for the fleet's metrics, and a counter tells which were capped", async () => {
    const fleet = new TestMetrics({ limits: { maxLabelValues: 2 } });
    for (const agent of ["a", "b", "c", "d"]) fleet.feed({ ...examples.tool_called.minimal, agent });
    const samples = await fleet.samples();
    expect(samples.get('agent_tool_calls_total{service="shop",agent="other",tool="edit",outcome="success"}')).toBe(2);
    expect(samples.get('crowsnest_label_overflows_total{metric="agent_tool_calls_total"}')).toBe(2);
  });

  it("leave Crowsnest's own metrics alone, however tight: they tell of the rest", async () => {
    const fleet = new TestMetrics({ limits: { maxLabelValues: 1, maxSeriesPerMetric: 1 } });
    const everything = exampleList.flatMap(({ minimal, full }) => [minimal, { ...full, source: "warehouse", agent: "critic" }]);
    expect(() => fleet.feed(...everything)).not.toThrow();
    const samples = await fleet.samples();
    for (const { minimal } of exampleList) expect(samples.get(`crowsnest_events_total{type="${minimal.type}"}`)).toBe(2);
    expect([...samples.keys()].filter((sample) => sample.startsWith("crowsnest_label_overflows_total{")).length).toBeGreaterThan(
      10,
    );
  });
});

describe("refreshing", () => {
  it("happens once per turn, however many metrics are read in it", async () => {
    const set = new MetricSet({ registry: new Registry() });
    let refreshes = 0;
    const stop = set.beforeScrape(() => {
      refreshes += 1;
    });
    await (set.registry as Registry).metrics();
    expect(refreshes).toBe(1);
    await (set.registry as Registry).metrics();
    expect(refreshes).toBe(2);
    stop();
    await (set.registry as Registry).metrics();
    expect(refreshes).toBe(2);
  });
});

/** The libraries write `le` before the other labels and as JavaScript writes numbers. */
function sameLabelOrder(samples: ReadonlyMap<string, number>): Map<string, number> {
  return new Map(
    [...samples].map(([sample, value]) => {
      const [name = "", labels = ""] = sample.split(/[{}]/);
      const sorted = labels.split(/,(?=[a-z_]+=")/).sort();
      return [`${name}{${sorted.join(",").replace(/(le="\d+)\.0"/, '$1"')}}`, value] as const;
    }),
  );
}
