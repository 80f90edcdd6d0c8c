import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { alertmanagerConfig } from "../../src/monitoring/alertmanager.ts";
import { formatDuration } from "../../src/monitoring/durations.ts";
import { renderRules } from "../../src/monitoring/render-rules.ts";
import { startAlertmanager } from "./alertmanager.ts";
import { compose } from "./compose.ts";
import { inRepository } from "./processes.ts";
import { type Prometheus, runPrometheus } from "./prometheus.ts";
import { tempFolder } from "./temp-folder.ts";

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/**
 * Prometheus and Alertmanager as the stack configures them, watching a hub of a test's. Their configurations and the alerts are
 * generated with all times multiplied by `timeScale`; recording rules, which panels read, are the repository's own.
 */
export async function watchHub(hubUrl: string, timeScale: number): Promise<Prometheus> {
  const alertmanager = await startAlertmanager(alertmanagerConfig({ hubUrl, waitScale: timeScale }));
  const folder = await tempFolder();
  const rules = renderRules({ forScale: timeScale });
  await mkdir(join(folder, "rules"));
  for (const [name, text] of Object.entries(rules)) {
    await writeFile(join(folder, "rules", name), name === "recording.yml" ? text : withWindowsScaled(text, timeScale));
  }
  const config = join(folder, "prometheus.yml");
  await writeFile(config, await prometheusConfig(hubUrl, alertmanager.url));
  const features = (compose.services["prometheus"]?.command ?? []).filter((flag) => flag.startsWith("--enable-feature="));
  return runPrometheus(config, features);
}

/** deploy/prometheus.yml with the addresses of this test, rules beside it, and a look every second. */
async function prometheusConfig(hubUrl: string, alertmanagerUrl: string): Promise<string> {
  const config = parse(await readFile(inRepository("deploy/prometheus.yml"), "utf8"));
  const at = (url: string) => [{ targets: [new URL(url).host] }];
  const crowsnest = config.scrape_configs.find(({ job_name }: { job_name: string }) => job_name === "crowsnest");
  return stringify({
    ...config,
    global: { ...config.global, scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: ["rules/*.yml"],
    alerting: { alertmanagers: [{ static_configs: at(alertmanagerUrl) }] },
    scrape_configs: [{ job_name: crowsnest.job_name, static_configs: at(hubUrl) }],
  });
}

/** Rules whose expressions look back less far: `[5m]` and `offset 1h`. A window holds at least four scrapes. */
function withWindowsScaled(rules: string, scale: number): string {
  return rules.replaceAll(/(?<=\[|offset )(\d+)([smhdw])\b/g, (_window, count: string, unit: string) =>
    formatDuration(Math.max(4, Number(count) * (unitSeconds[unit] ?? 1) * scale)),
  );
}
