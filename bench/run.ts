import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchHotPath } from "./hot-path.ts";
import { benchImport } from "./import.ts";
import type { BenchResult } from "./measure.ts";
import { benchOverhead } from "./overhead.ts";
import { benchScrape } from "./scrape.ts";

/** Every benchmark by name; `npm run bench -- NAME …` runs only those. */
const benchmarks: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  "hot-path": benchHotPath,
  overhead: benchOverhead,
  scrape: benchScrape,
  import: benchImport,
};

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}`);
  process.exit(2);
}

const names = positionals.length > 0 ? positionals : Object.keys(benchmarks);
const results = names.length === 1 ? await runHere(names[0] as string) : names.flatMap(runApart);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

async function runHere(name: string): Promise<BenchResult[]> {
  const results = (await benchmarks[name]?.()) ?? [];
  for (const result of results) {
    const against = result.ratio === null ? "" : ` against ${result.baseline} ${result.unit}: ${result.ratio} ×`;
    console.log(`${result.ok ? "ok   " : "SHORT"} ${result.name}: ${result.value} ${result.unit}${against} (bar ${result.bar})`);
  }
  return results;
}

/** In a process of its own: what one benchmark leaves in the heap and in the compiler's mind is not the next one's business. */
function runApart(name: string): BenchResult[] {
  const folder = mkdtempSync(join(tmpdir(), "crowsnest-bench-"));
  try {
    const file = join(folder, "results.json");
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), name, "--json", file], { stdio: "inherit" });
    return JSON.parse(readFileSync(file, "utf8")) as BenchResult[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
