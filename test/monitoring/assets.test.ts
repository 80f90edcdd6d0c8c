import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { findStale, generatedFiles } from "../../scripts/generated-files.ts";
import { run } from "../../src/cli/main.ts";
import { renderAssets } from "../../src/monitoring/write-assets.ts";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const generated = generatedFiles();

/** The command line in this process; what it said, and the exit code that it set. */
async function runHere(...args: readonly string[]): Promise<{ said: string; exitCode: typeof process.exitCode }> {
  const before = process.exitCode;
  let said = "";
  const note = (text: unknown) => {
    said += `${String(text)}\n`;
    return true;
  };
  for (const method of ["log", "error"] as const) vi.spyOn(console, method).mockImplementation(note);
  vi.spyOn(process.stderr, "write").mockImplementation(note);
  await run(["assets", ...args]);
  vi.restoreAllMocks();
  const { exitCode } = process;
  process.exitCode = before;
  return { said: said.trim(), exitCode };
}

/** A folder with all that is generated, as the sources want it. */
async function folderOfGenerated(): Promise<string> {
  const folder = await tempFolder();
  for (const [path, text] of Object.entries(generated)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

describe("what is generated", () => {
  it("is in the repository as the sources want it", () => {
    expect(findStale(inRepository(""), generated)).toEqual({ stale: [], left: [] });
  });

  it.each(["alerts/rules/fleet.yml", "alerts/alertmanager.yml", "grafana/dashboards/agents.json", "docs/reference/alerts.md"])(
    "is found stale where %s was edited by hand",
    async (path) => {
      const folder = await folderOfGenerated();
      await appendFile(join(folder, path), "\n");
      expect(findStale(folder, generated).stale).toEqual([path]);
    },
  );

  it("is checked by a command that fails in one sentence, names the file, and mends it without --check", {
    timeout: 60_000,
  }, async () => {
    const folder = await folderOfGenerated();
    await rm(join(folder, "alerts/rules/crowsnest.yml"));
    await writeFile(join(folder, "alerts/rules/old.yml"), "");
    const check = runNode(["scripts/generate.ts", "--check", folder]);
    expect((await check.ended).code).toBe(1);
    expect(check.output.stderr.split("\n").slice(0, 2)).toEqual([
      'alerts/rules/crowsnest.yml is stale: run "npm run generate" and commit what it does.',
      'alerts/rules/old.yml is not made from the sources any more: run "npm run generate" and commit what it does.',
    ]);
    expect((await runNode(["scripts/generate.ts", folder]).ended).code).toBe(0);
    expect(findStale(folder, generated)).toEqual({ stale: [], left: [] });
  });
});

describe("crowsnest assets", () => {
  it("writes rules, Alertmanager's configuration and dashboards, as they stand in the repository unless told otherwise", async () => {
    const folder = join(await tempFolder(), "new", "monitoring");
    const { said, exitCode } = await runHere("--out", folder);
    expect(exitCode).toBeUndefined();
    const assets = renderAssets();
    expect(said.split("\n")).toEqual([
      `wrote ${Object.keys(assets).length} files to ${folder}:`,
      ...Object.keys(assets).map((path) => `  ${path}`),
    ]);
    for (const [path, text] of Object.entries(assets)) {
      expect(await readFile(join(folder, path), "utf8")).toBe(text);
      expect(text).toBe(generated[path]);
    }
  });

  it("writes them for another prefix, so that nothing asks for the usual one any more", async () => {
    const folder = await tempFolder();
    await runHere("--out", folder, "--prefix", "yolo");
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain("fleet-overview.json");
    for (const { parentPath, name } of files) {
      const text = await readFile(join(parentPath, name), "utf8");
      // What is left are labels (from_agent, to_agent) and levels of recording rules (service_agent).
      expect(text.match(/\bagent_[a-z_]+/g) ?? [], name).toEqual([]);
      if (name === "fleet.yml") expect(text).toContain("rate(yolo_errors_total[5m]) > 0.1");
    }
  });

  it("takes addresses, thresholds and a scale", async () => {
    const folder = await tempFolder();
    await runHere(
      ...["--out", folder, "--hub", "https://hub.example.org/", "--job", "fleet", "--runbooks", "https://wiki.example.org/"],
      ...["--for-scale", "0.1", "--threshold", "errorsPerSecond=2", "--threshold", "contextTokens=100"],
    );
    const read = (path: string) => readFile(join(folder, path), "utf8");
    expect(await read("alerts/alertmanager.yml")).toContain("url: https://hub.example.org/hooks/alertmanager\n");
    expect(await read("alerts/rules/crowsnest.yml")).toContain('expr: up{job="fleet"} == 0');
    const fleet = await read("alerts/rules/fleet.yml");
    expect(fleet).toContain("expr: rate(agent_errors_total[5m]) > 2\n        for: 30s\n");
    expect(fleet).toContain("runbook_url: https://wiki.example.org/AgentHighErrorRate.md");
    expect(fleet).toContain("agent_context_tokens > 100 ");
  });

  it.each([
    [["--prefix", "9x"], '--prefix takes letters, digits and underscores (at most 40), beginning with a letter, but is "9x"'],
    [["--hub", "nowhere"], '--hub takes an address such as http://crowsnest:9464, but is "nowhere"'],
    [["--for-scale", "0"], '--for-scale takes a number above 0, but is "0"'],
    [["--job", 'a"b'], '--job takes the name of a scrape job, without quotes, but is "a\\"b"'],
    [["--threshold", "60"], '--threshold takes a name and a number, such as handoffP95Seconds=60, but is "60"'],
    [["--threshold", "failureRatio=2"], "--threshold failureRatio takes a number from 0 to 1, but is 2"],
    [["--threshold", "failure=0.2"], "--threshold failure is not a threshold; there are errorsPerSecond, "],
  ])("tells in one sentence what is wrong with %j, and writes nothing", async (args, sentence) => {
    const folder = await tempFolder();
    const { said, exitCode } = await runHere("--out", folder, ...args);
    expect(said).toContain(`crowsnest: ${sentence}`);
    expect(said).not.toContain("\n");
    expect(exitCode).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it("tells in one sentence where it cannot write, and that it wants to be told where to", async () => {
    const file = join(await tempFolder(), "file");
    await writeFile(file, "");
    const { said, exitCode } = await runHere("--out", join(file, "monitoring"));
    expect(said).toMatch(/^crowsnest: --out names .*, but .* cannot be written \(ENOTDIR\)$/);
    expect(exitCode).toBe(1);
    expect(await runHere()).toEqual({ said: "error: required option '--out <folder>' not specified", exitCode: 2 });
  });
});
