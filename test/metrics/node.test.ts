import { Gauge } from "prom-client";
import { describe, expect, it } from "vitest";
import { collectNodeMetrics } from "../../src/metrics/node.ts";
import { registries, TestMetrics } from "../helpers/metrics.ts";

describe.each(registries)("figures of the process in a registry of $library", ({ create }) => {
  it("stand on the page beside the fleet's, in both formats", async () => {
    const registry = create();
    const fleet = new TestMetrics({ registry });
    const stop = collectNodeMetrics(registry);
    for (const format of ["text", "openmetrics"] as const) {
      const page = await fleet.page(format);
      expect(page).toMatch(/^process_cpu_seconds_total [0-9.]+$/m);
      expect(page).toMatch(/^process_resident_memory_bytes \d+$/m);
      expect(page).toMatch(/^nodejs_version_info\{version="v\d/m);
      expect(page).toMatch(/^nodejs_heap_size_used_bytes \d+$/m);
    }
    expect(fleet.failures).toEqual([]);
    stop();
  });

  it("leave alone what the host has registered itself", async () => {
    const registry = create();
    const hosts = new Gauge({ name: "process_resident_memory_bytes", help: "The host's own.", registers: [] });
    registry.registerMetric(hosts as never);
    const stop = collectNodeMetrics(registry);
    expect(registry.getSingleMetric("process_resident_memory_bytes")).toBe(hosts);
    expect(registry.getSingleMetric("process_cpu_seconds_total")).toBeDefined();
    stop();
    expect(registry.getMetricsAsArray()).toEqual([hosts]);
  });
});
