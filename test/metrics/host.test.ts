import { totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { watchHost } from "../../src/metrics/host.ts";
import { MetricSet } from "../../src/metrics/metric-set.ts";

async function until(isTrue: () => boolean): Promise<void> {
  for (let waited = 0; waited < 10_000 && !isTrue(); waited += 20) await sleep(20);
}

describe("watchHost", () => {
  it("tells what costs nothing at once, and the rest within seconds", async () => {
    const { metrics } = new MetricSet({ registry: new Registry() });
    const failures: unknown[] = [];
    const stop = await watchHost(metrics, process.cwd(), (error) => failures.push(error));
    expect(metrics.hostMemory.read({})).toBe(totalmem());
    expect(metrics.hostLoad.read({})).toBeGreaterThanOrEqual(0);
    await until(() => metrics.hostCpu.size === 1);
    stop();
    expect(failures).toEqual([]);
    const used = metrics.hostMemoryUsed.read({}) ?? -1;
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThanOrEqual(totalmem());
    for (const share of [metrics.hostCpu.read({}), metrics.hostDiskUsed.read({})]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });

  it("does not keep the process alive, and stops", async () => {
    const { metrics } = new MetricSet({ registry: new Registry() });
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timers();
    const stop = await watchHost(metrics, "/", () => undefined);
    expect(timers()).toBeLessThanOrEqual(before);
    stop();
    await sleep(1_000);
    // What was under way when it stopped is not shown any more.
    expect(metrics.hostCpu.size).toBe(0);
  });
});
