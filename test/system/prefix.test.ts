import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runFactory } from "../../examples/test-factory/main.ts";
import { run } from "../../src/cli/main.ts";
import { mayBeEmpty } from "../../src/monitoring/dashboards/may-be-empty.ts";
import { startTestHub } from "../support/hub.ts";
import { type Dashboard, everything, filledIn, queriesOf } from "../support/panels.ts";
import { hasPrometheus, type Prometheus, runPrometheus } from "../support/prometheus.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

/** What people with a fleet of that name ask. */
const ASKED = [
  "rate(yolo_handoffs_total[5m])",
  "rate(yolo_decisions_total[5m])",
  "yolo_context_tokens",
  "rate(yolo_errors_total[5m])",
];

describe.skipIf(!hasPrometheus)("a fleet whose metrics begin with yolo", () => {
  test("has its own dashboards and rules from crowsnest assets, and they show something", { timeout: 120_000 }, async () => {
    const { hub } = await startTestHub({ metricPrefix: "yolo", hostMetrics: true, jsonl: await tempFolder() });
    const stop = new AbortController();
    const team = runFactory(hub.attach({ service: "test-factory" }), { seed: 3, paceMillis: 10, signal: stop.signal });
    onTestFinished(async () => {
      stop.abort();
      await team;
    });
    const folder = await tempFolder();
    await run(["assets", "--prefix", "yolo", "--out", folder]);
    const prometheus = await watch(hub.url, folder);

    for (const query of ASKED) await until(`an answer to ${query}`, () => answer(prometheus, query), 40_000);
    const dashboards = await readDashboards(folder);
    expect(dashboards).toHaveLength(7);
    for (const dashboard of dashboards) {
      const variables = await until(
        "its variables' values",
        () => everything(prometheus, dashboard).catch(() => undefined),
        40_000,
      );
      for (const { panel, expr } of queriesOf(dashboard)) {
        if (panel in mayBeEmpty) continue;
        await until(`${dashboard.title}, ${panel}: ${expr}`, () => answer(prometheus, filledIn(expr, variables)), 60_000);
      }
    }
    const rules = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { health: string }[] }[] };
    };
    const health = rules.data.groups.flatMap((group) => group.rules.map((rule) => rule.health));
    expect(new Set(health)).toEqual(new Set(["ok"]));
    expect(JSON.stringify(rules)).not.toMatch(/agent_(handoffs|tasks|errors)/);
  });
});

async function watch(hubUrl: string, folder: string): Promise<Prometheus> {
  const config = join(folder, "prometheus.yml");
  const scrape = `scrape_configs: [{ job_name: crowsnest, static_configs: [{ targets: ["${new URL(hubUrl).host}"] }] }]\n`;
  const global = "global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }\n";
  await writeFile(config, `${global}rule_files: [alerts/rules/*.yml]\n${scrape}`);
  return runPrometheus(config, ["--enable-feature=exemplar-storage"]);
}

async function answer(prometheus: Prometheus, query: string) {
  const samples = await prometheus.query(query);
  return samples.length > 0 ? samples : undefined;
}

async function readDashboards(folder: string): Promise<Dashboard[]> {
  const path = join(folder, "grafana/dashboards");
  const names = await readdir(path);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(path, name), "utf8")) as Dashboard));
}
