import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricRegistry } from "./registry.ts";

/**
 * Registers prom-client's figures of the process and of Node (`process_*`, `nodejs_*`), apart from those that the host has
 * registered itself. Returns how to take them out again.
 */
export function collectNodeMetrics(registry: MetricRegistry): () => void {
  // Made in a registry of their own first: the library would throw half-way where the host has some of them already.
  const own = new Registry();
  collectDefaultMetrics({ register: own, eventLoopMonitoringPrecision: 50 });
  const added: string[] = [];
  for (const metric of own.getMetricsAsArray()) {
    const { name, type } = metric as unknown as { readonly name: string; readonly type: string };
    // Gauges with a counter's name (`nodejs_active_handles_total`), which linters reject: sums of others that are there as well.
    if (type !== "counter" && name.endsWith("_total")) continue;
    if (registry.getSingleMetric(name) !== undefined) continue;
    registry.registerMetric(metric as never);
    added.push(name);
  }
  return () => {
    for (const name of added) registry.removeSingleMetric(name);
  };
}
