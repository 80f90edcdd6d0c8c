import { writeFileSync } from "node:fs";
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

const results: BenchResult[] = [];
for (const [name, run] of Object.entries(benchmarks)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const result of await run()) {
    results.push(result);
    const against = result.ratio === null ? "" : ` against ${result.baseline} ${result.unit}: ${result.ratio} ×`;
    console.log(`${result.ok ? "ok   " : "SHORT"} ${result.name}: ${result.value} ${result.unit}${against} (bar ${result.bar})`);
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
