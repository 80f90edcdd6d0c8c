import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { run } from "../../src/cli/main.ts";
import { exported, oneOfEach, storedIn, storeOf } from "../export/stored.ts";
import { startTestHub } from "../support/hub.ts";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PROGRAM = `import(${JSON.stringify(inRepository("src/cli/main.ts"))}).then(({ run }) => run(process.argv.slice(1)))`;

beforeEach(() => {
  vi.stubEnv("CROWSNEST_STORE", "");
  vi.stubEnv("CROWSNEST_DATA", "");
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** `crowsnest export` in this process: what it said, and the exit code that it set. */
async function exportHere(...args: readonly string[]): Promise<{ said: string; exitCode: typeof process.exitCode }> {
  const before = process.exitCode;
  let said = "";
  for (const name of ["log", "error"] as const) {
    vi.spyOn(console, name).mockImplementation((text: unknown) => {
      said += `${String(text)}\n`;
    });
  }
  await run(["export", ...args]);
  vi.restoreAllMocks();
  const { exitCode } = process;
  process.exitCode = before;
  return { said: said.trim(), exitCode };
}

test.each(["jsonl", "csv"] as const)("a name that ends in .%s says the format, and the file holds the events", async (format) => {
  const events = oneOfEach();
  const location = await storeOf(events);
  const out = join(await tempFolder(), `events.${format}`);
  const { said, exitCode } = await exportHere("--out", out, "--data", location);
  expect(said).toMatch(new RegExp(`^wrote ${events.length} events to .+ \\(\\d+ kB\\)$`));
  expect(exitCode).toBeUndefined();
  expect((await readFile(out)).equals(exported({ location, format }))).toBe(true);
});

test("flags select events, beside a hub that has the store open", async () => {
  const { hub, data } = await startTestHub();
  await hub.accept(oneOfEach());
  const out = join(await tempFolder(), "events.parquet");
  const { said } = await exportHere("--out", out, "--data", data, "--types", "task_failed,task_completed", "--agents", "scribe");
  expect(said).toContain("wrote 2 events");
  expect(Number(parquetMetadata(new Uint8Array(await readFile(out)).buffer).num_rows)).toBe(2);
  await hub.accept(oneOfEach());
  expect((await exportHere("--out", out, "--store", data, "--types", "task_failed")).said).toContain("wrote 4 events");
});

test("a moment may be told by how long ago it was", async () => {
  const now = Date.now();
  const minutesAgo = [30, 15, 5];
  const location = await storeOf(
    oneOfEach().map((event, index) => ({ ...event, timeUnixMillis: now - (minutesAgo[index] ?? 1) * 60_000 })),
  );
  const out = join(await tempFolder(), "events.jsonl");
  const { said } = await exportHere("--out", out, "--data", location, "--since", "20m", "--until", "10m");
  expect(said).toContain("wrote 1 event to");
});

test("- is standard output, and nothing else stands there", async () => {
  const location = await storeOf(oneOfEach());
  const program = runNode(["--eval", PROGRAM, "--", "export", "--out", "-", "--format", "jsonl", "--data", location]);
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.output.stderr).toBe("");
  const lines = program.output.stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(storedIn(location));
});

test("--dictionary prints a row for each column and needs no store", async () => {
  const { said } = await exportHere("--dictionary");
  expect(said).toContain("| `costUsd` | DOUBLE | number | US dollars |");
});

test.each([
  [
    ["--out", "events.xlsx"],
    "--out names events.xlsx, which does not say a format: end it in .jsonl, .csv or .parquet, or add --format",
  ],
  [["--out", "-"], "--out names -, which does not say a format: end it in .jsonl, .csv or .parquet, or add --format"],
  [["--out", "-", "--format", "xls"], '--format takes one of jsonl, csv, parquet, but is "xls"'],
  [[], "--out has to name the file to write, such as events.parquet (- is standard output)"],
  [
    ["--out", "a.csv", "--types", "task_failed,task_eaten"],
    '--types names "task_eaten", which is no event type; near it are task_completed, task_queued and task_failed',
  ],
  [
    ["--out", "a.csv", "--since", "yesterday"],
    "--since has to be a moment by ISO 8601, such as 2026-11-20T12:00:00Z, or a day in UTC, such as 2026-11-20",
  ],
  [["--out", "a.csv", "--since", "10m", "--until", "20m"], "--until has to be after since"],
  [["--out", "a.csv", "--since", "2026-11-21", "--until", "2026-11-20"], "--until has to be after since"],
  [["--out", "a.csv", "--data", "/nowhere/at-all"], "There is no event store at /nowhere/at-all/events.db."],
  [["--out", "/nowhere/a.csv"], "--out names /nowhere/a.csv, which cannot be written (ENOENT)"],
])("a wrong flag %j is told in one sentence", async (args, sentence) => {
  const location = await storeOf(oneOfEach());
  const { said, exitCode } = await exportHere("--data", location, ...args);
  expect(said).toBe(`crowsnest: ${sentence}`);
  expect(exitCode).toBe(1);
});

test("an export that fails leaves the file that was there, and nothing half written", async () => {
  const folder = await tempFolder();
  const location = await storeOf(oneOfEach());
  await exportHere("--out", join(folder, "events.csv"), "--data", location);
  const before = await readFile(join(folder, "events.csv"));
  await exportHere("--out", join(folder, "events.csv"), "--data", "/nowhere/at-all");
  expect(await readdir(folder)).toEqual(["events.csv"]);
  expect((await readFile(join(folder, "events.csv"))).equals(before)).toBe(true);
});
