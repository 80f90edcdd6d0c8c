import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type AlertmanagerOptions, alertmanagerConfig } from "./alertmanager.ts";
import { dashboards } from "./dashboards/index.ts";
import { renderRules } from "./render-rules.ts";
import type { RuleOptions } from "./rules/index.ts";

/** What dashboards, rules and Alertmanager's configuration are made for. */
export type AssetOptions = RuleOptions & AlertmanagerOptions;

/**
 * Everything that Prometheus, Alertmanager and Grafana get from Crowsnest, as text by its path: `alerts/rules/*.yml`,
 * `alerts/alertmanager.yml` and `grafana/dashboards/*.json`.
 *
 * @throws ThresholdError for a threshold that does not exist or makes no sense
 */
export function renderAssets(options: AssetOptions = {}): Readonly<Record<string, string>> {
  const rules = Object.entries(renderRules(options)).map(([name, text]) => [`alerts/rules/${name}`, text]);
  const boards = Object.entries(dashboards(options)).map(([name, board]) => [
    `grafana/dashboards/${name}`,
    `${JSON.stringify(board, null, 2)}\n`,
  ]);
  return Object.fromEntries([...rules, ["alerts/alertmanager.yml", alertmanagerConfig(options)], ...boards]);
}

/** Writes all of it below a folder, over what stands there by the same names; returns the paths. */
export function writeAssets(folder: string, options: AssetOptions = {}): readonly string[] {
  const files = Object.entries(renderAssets(options));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return files.map(([path]) => path);
}
