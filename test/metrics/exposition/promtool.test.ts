import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metricDefinitions, metricName } from "../../../src/metrics/definitions.ts";
import { watchHost } from "../../../src/metrics/host.ts";
import { collectNodeMetrics } from "../../../src/metrics/node.ts";
import { NOON } from "../../helpers/events.ts";
import { exampleList, examples } from "../../helpers/examples.ts";
import { TestMetrics } from "../../helpers/metrics.ts";

const PROMTOOL = "/usr/bin/promtool";

/** Every metric of the table with at least one series, and those of the process. */
async function filledFleet() {
  const registry = new Registry();
  const fleet = new TestMetrics({ registry });
  const stopNode = collectNodeMetrics(registry);
  for (const { minimal, full } of exampleList) fleet.feed(minimal, full);
  // Starts after everything else has ended, for what is in progress.
  const starts = exampleList.filter(({ full }) => /_started$|_assigned$/.test(full.type));
  for (const { full } of starts) fleet.feed({ ...full, timeUnixMillis: NOON + 1_000 });
  fleet.feed({ type: "budget_set", data: { kind: "day", limitUsd: 10 } });
  fleet.feed({ ...examples.model_called.full, data: { ...examples.model_called.full.data, costUsd: undefined } });
  const { metrics } = fleet;
  metrics.eventsDropped.inc({ queue: "jsonl", reason: "queue_full" });
  metrics.queueDepth.set({ queue: "jsonl" }, 3);
  metrics.queueCapacity.set({ queue: "jsonl" }, 10_000);
  metrics.tapFailures.inc({ tap: "metrics" });
  metrics.otlpIgnored.inc({ signal: "logs" });
  metrics.spansDropped.inc({ reason: "queue_full" });
  metrics.storeCommitDuration.observe({}, 0.004);
  metrics.storeFailures.inc({ reason: "write_failed" });
  metrics.spoolBytes.set({}, 1_024);
  metrics.spoolFailures.inc({});
  metrics.redisFlushFailures.inc({});
  metrics.liveClients.set({}, 2);
  metrics.liveDelivery.observe({}, 0.002);
  metrics.labelOverflows.inc({ metric: "agent_tool_calls_total" });
  metrics.scrapeErrors.inc({ metric: "broken" });
  metrics.scrapeDuration.observe({}, 0.01);
  metrics.buildInfo.set({ version: "0.1.0", node_version: process.versions.node }, 1);
  const stopHost = await watchHost(metrics, process.cwd(), () => undefined);
  for (let waited = 0; waited < 5_000 && metrics.hostDiskUsed.size === 0; waited += 50) await sleep(50);
  stopHost();
  stopNode();
  collectNodeMetrics(registry);
  return fleet;
}

/** A sample as a line of its own, before any exemplar. */
const SAMPLE = /^([^#\s][^{\s]*(?:\{.*?\})?) (\S+)((?: # .*)?)$/;

describe.skipIf(!existsSync(PROMTOOL) && process.env.CI === undefined)("Prometheus's own tool", () => {
  let fleet: TestMetrics;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "crowsnest-promtool-"));
    fleet = await filledFleet();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("finds nothing to say about a page with every metric of the table, also after the formats took turns", async () => {
    for (const _ of ["first", "second"]) {
      await fleet.page("openmetrics");
      await (fleet.registry as Registry).metrics();
      const page = await fleet.page("text");
      for (const key of Object.keys(metricDefinitions)) {
        expect(page).toContain(`# TYPE ${metricName(key as keyof typeof metricDefinitions)} `);
      }
      const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], { input: page, encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    }
  });

  it("reads the OpenMetrics page with Prometheus's own parser, exemplars included", async () => {
    const page = await fleet.page("openmetrics");
    expect(page).toMatch(/ # \{trace_id=/);
    // The importer of blocks is the one part of promtool that reads OpenMetrics; it wants a time on every sample.
    const seconds = Math.floor(Date.now() / 1_000);
    const dated = page.split("\n").map((line) => line.replace(SAMPLE, `$1 $2 ${seconds}$3`));
    writeFileSync(join(folder, "page.om"), dated.join("\n"));
    const args = ["tsdb", "create-blocks-from", "openmetrics", join(folder, "page.om"), join(folder, "data")];
    const { status, stderr } = spawnSync(PROMTOOL, args, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("would find the mistakes that this test is about", () => {
    const page = "# HELP orders Orders.\n# TYPE orders counter\norders 1\n";
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], { input: page, encoding: "utf8" });
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain("_total");
    const truncated = join(folder, "truncated.om");
    writeFileSync(truncated, "# TYPE orders counter\norders_total 1 1700000000\n");
    const args = ["tsdb", "create-blocks-from", "openmetrics", truncated, join(folder, "none")];
    expect(spawnSync(PROMTOOL, args).status).not.toBe(0);
  });
});
