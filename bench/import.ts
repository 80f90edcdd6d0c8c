import { execFileSync } from "node:child_process";
import { absoluteResult, type BenchResult, median } from "./measure.ts";

const RUNS = 15;

/** Prints how long the import of the public face took and which of the heavy packages it loaded. */
const PROGRAM = `
  const startedAt = performance.now();
  await import("crowsnest");
  const millis = performance.now() - startedAt;
  const { createRequire } = await import("node:module");
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  const heavy = ["express", "better-sqlite3", "zod", "prom-client"].filter((name) =>
    [...loaded, ...process.moduleLoadList ?? []].some((path) => path.includes("/node_modules/" + name + "/")));
  console.log(JSON.stringify({ millis, heavy }));
`;

/** `import "crowsnest"` in a fresh process, measured from inside it. */
export async function benchImport(): Promise<BenchResult[]> {
  const runs = Array.from({ length: RUNS }, () => {
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], { encoding: "utf8" });
    return JSON.parse(output) as { millis: number; heavy: string[] };
  });
  const heavy = new Set(runs.flatMap((run) => run.heavy));
  if (heavy.size > 0) throw new Error(`importing crowsnest loads ${[...heavy].join(", ")}, which it must not`);
  return [absoluteResult("import of the public face", "ms", median(runs.map(({ millis }) => millis)), 60)];
}
