import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderAssets } from "../src/monitoring/write-assets.ts";
import { renderAlertsReference } from "./alerts-reference.ts";
import { renderApiReference } from "./api-reference.ts";
import { renderEventsReference } from "./events-reference.ts";
import { renderExportReference } from "./export-reference.ts";
import { renderMetricsReference } from "./metrics-reference.ts";
import { renderOptionsReference } from "./options-reference.ts";

/** Folders in which nothing is written by hand. */
const generatedFolders = ["docs/reference", "alerts/rules", "grafana/dashboards"];

/** Everything that is made from the sources, by its path. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    "docs/reference/api.md": renderApiReference(),
    "docs/reference/events.md": renderEventsReference(),
    "docs/reference/export.md": renderExportReference(),
    "docs/reference/metrics.md": renderMetricsReference(),
    "docs/reference/options.md": renderOptionsReference(),
    "docs/reference/alerts.md": renderAlertsReference(),
    ...renderAssets(),
  };
}

/** Which of the files are not as the sources want them, and which stand where they should be although nothing makes them any more. */
export function findStale(
  root: string,
  files: Readonly<Record<string, string>>,
): { readonly stale: string[]; readonly left: string[] } {
  const stale = Object.entries(files).filter(([path, text]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  const there = generatedFolders.flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [],
  );
  return { stale: stale.map(([path]) => path), left: there.filter((path) => files[path] === undefined) };
}
