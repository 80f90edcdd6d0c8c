// Runs every check but the tests, one after the other, and prints a line for each; the output of those that fail follows it.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const checks: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  types: ["tsc", "-p", "tsconfig.json"],
  style: ["biome", "check", "--error-on-warnings"],
  floors: ["node", "scripts/check-floors.ts"],
  "dead code": ["knip"],
  generated: ["node", "scripts/generate.ts", "--check"],
  alerts: ["node", "scripts/check-alerts.ts"],
  package: ["node", "scripts/check-package.ts"],
};

const root = resolve(import.meta.dirname, "..");
const failed: string[] = [];
for (const [name, [command, ...args]] of Object.entries(checks)) {
  const startedMillis = performance.now();
  const { status, stdout, stderr, error } = spawnSync(resolve(root, "node_modules/.bin", command), args, {
    cwd: root,
    encoding: "utf8",
  });
  const seconds = ((performance.now() - startedMillis) / 1_000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  console.log(error?.message ?? `${stdout}${stderr}`);
}

if (failed.length > 0) {
  console.error(`${failed.length} of ${Object.keys(checks).length} checks failed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}
