import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchReads } from "./api/reads.ts";
import { benchHotPath } from "./hot-path.ts";
import { benchImport } from "./import.ts";
import { benchIngest } from "./ingest/ingest.ts";
import { benchOtlp } from "./ingest/otlp.ts";
import { benchLive } from "./live/live.ts";
import type { BenchResult } from "./measure.ts";
import { benchOverhead } from "./overhead.ts";
import { benchRebuild } from "./rebuild/rebuild.ts";
import { benchViews } from "./rebuild/views.ts";
import { benchScrape } from "./scrape.ts";

interface Benchmark {
  readonly run: () => Promise<BenchResult[]>;
  /**
   * How many processes it is run in; the one in the middle is told. Where code and heap come to lie differs from process to process, and
   * moves a ratio of 1.018 by a few thousandths. What takes minutes and is far from its bar is run once.
   */
  readonly processes: 1 | 3;
}

/** Every benchmark by name; `npm run bench -- NAME …` runs only those. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  "hot-path": { run: benchHotPath, processes: 3 },
  overhead: { run: benchOverhead, processes: 3 },
  scrape: { run: benchScrape, processes: 3 },
  import: { run: benchImport, processes: 3 },
  ingest: { run: benchIngest, processes: 3 },
  otlp: { run: benchOtlp, processes: 3 },
  views: { run: benchViews, processes: 1 },
  reads: { run: benchReads, processes: 1 },
  rebuild: { run: benchRebuild, processes: 1 },
  live: { run: benchLive, processes: 1 },
};

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}`);
  process.exit(2);
}

/** Set for such a process: it runs its benchmark and says nothing. */
const isApart = process.env.CROWSNEST_BENCH_APART !== undefined;

const names = positionals.length > 0 ? positionals : Object.keys(benchmarks);
const results = isApart ? ((await benchmarks[names[0] as string]?.run()) ?? []) : names.flatMap(runApart);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
if (!isApart) process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

/** In processes of its own: what one benchmark leaves in the heap and in the compiler's mind is not the next one's business. */
function runApart(name: string): BenchResult[] {
  const runs = Array.from({ length: benchmarks[name]?.processes ?? 1 }, () => runOnce(name));
  const middle = (runs[0] ?? []).map((_, index) => inTheMiddle(runs.map((run) => run[index] as BenchResult)));
  for (const result of middle) {
    const against = result.ratio === null ? "" : ` against ${result.baseline} ${result.unit}: ${result.ratio} ×`;
    console.log(`${result.ok ? "ok   " : "SHORT"} ${result.name}: ${result.value} ${result.unit}${against} (bar ${result.bar})`);
  }
  return middle;
}

function runOnce(name: string): BenchResult[] {
  const folder = mkdtempSync(join(tmpdir(), "crowsnest-bench-"));
  try {
    const file = join(folder, "results.json");
    const env = { ...process.env, CROWSNEST_BENCH_APART: "1" };
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name, "--json", file], {
      stdio: "inherit",
      env,
    });
    if (status !== 0) throw new Error(`the benchmark ${name} failed`);
    return JSON.parse(readFileSync(file, "utf8")) as BenchResult[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inTheMiddle(results: readonly BenchResult[]): BenchResult {
  const sorted = [...results].sort((one, other) => (one.ratio ?? one.value) - (other.ratio ?? other.value));
  return sorted[sorted.length >> 1] as BenchResult;
}
