import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What Prometheus's and Alertmanager's own tools say against the files in a folder like `alerts`: rules that do not parse or repeat
 * each other, rule tests that fail, a configuration that Alertmanager would not take. One text for each finding; none is good.
 */
export async function checkAlerts(folder: string): Promise<string[]> {
  const rules = filesIn(join(folder, "rules"));
  const tests = filesIn(join(folder, "tests"));
  if (rules.length === 0 || tests.length === 0) return [`${folder} has no rules or no tests`];
  const findings = await Promise.all([
    ask("promtool", ["check", "rules", "--lint=all", "--lint-fatal", ...rules]),
    ask("amtool", ["check-config", join(folder, "alertmanager.yml")]),
    // One process a file, as one after the other takes half a minute.
    ...tests.map((test) => ask("promtool", ["test", "rules", test])),
  ]);
  return findings.filter((finding) => finding !== undefined);
}

/** What the tool complains about, if it does. */
async function ask(tool: string, args: readonly string[]): Promise<string | undefined> {
  try {
    await run(tool, [...args]);
    return undefined;
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
    return code === "ENOENT" ? `${tool} cannot be found on this machine` : `${tool} ${args[0]}: ${stdout}${stderr}`.trim();
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name));
}
