// Writes everything that is made from the sources: reference pages, rules, Alertmanager's configuration and dashboards. With --check
// it only says which of it is stale. Another folder than the repository may be named.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { findStale, generatedFiles } from "./generated-files.ts";

const checkOnly = process.argv.includes("--check");
const [folder] = process.argv.slice(2).filter((argument) => argument !== "--check");
const root = resolve(folder ?? join(import.meta.dirname, ".."));
const files = generatedFiles();
const { stale, left } = findStale(root, files);

for (const path of stale) {
  if (checkOnly) {
    complain(`${path} is stale`);
    continue;
  }
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), files[path] ?? "");
  console.log(`wrote ${path}`);
}
for (const path of left) {
  if (checkOnly) {
    complain(`${path} is not made from the sources any more`);
    continue;
  }
  rmSync(join(root, path));
  console.log(`removed ${path}`);
}

function complain(what: string): void {
  console.error(`${what}: run "npm run generate" and commit what it does.`);
  process.exitCode = 1;
}
