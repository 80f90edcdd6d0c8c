// Writes the pages that are made from the sources; with --check it only says which of them are stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { renderEventsReference } from "./events-reference.ts";
import { renderMetricsReference } from "./metrics-reference.ts";
import { renderOptionsReference } from "./options-reference.ts";

const pages: Readonly<Record<string, () => string>> = {
  "docs/reference/events.md": renderEventsReference,
  "docs/reference/metrics.md": renderMetricsReference,
  "docs/reference/options.md": renderOptionsReference,
};

const checkOnly = process.argv.includes("--check");
for (const [page, render] of Object.entries(pages)) {
  const path = resolve(import.meta.dirname, "..", page);
  const wanted = render();
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) continue;
  if (checkOnly) {
    console.error(`${page} is stale: run "npm run generate" and commit what it writes.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
    console.log(`wrote ${page}`);
  }
}
