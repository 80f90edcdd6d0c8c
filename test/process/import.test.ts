import { expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const HEAVY = ["express", "better-sqlite3", "zod", "prom-client", "redis", "@opentelemetry", "systeminformation"];
/** What only some hubs need: an SDK for agents that attach, a configuration file, exports, Redis. */
const ON_DEMAND = ["@opentelemetry/sdk-node", "yaml", "csv-stringify", "hyparquet-writer", "redis"];
/** Notes every module that is loaded from here on in `loaded`. */
const NOTE_LOADED = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
`;

test("importing the public face loads nothing heavy: neither a server nor a store nor a validator", async () => {
  expect(await heavyPackagesOf("src/index.ts")).toEqual([]);
});

test("the threads of a store load no schemas, which would take megabytes in each of them", async () => {
  expect(await heavyPackagesOf("src/store/sqlite/reader-thread.ts")).toEqual([]);
  expect(await heavyPackagesOf("src/store/sqlite/writer-thread.ts")).toEqual([]);
});

test("the hub of the command line holds no package that it may never need", async () => {
  const program = `
    ${NOTE_LOADED}
    process.on("exit", () => console.log(JSON.stringify(loaded)));
    const { run } = await import(${JSON.stringify(inRepository("src/cli/main.ts"))});
    await run(["serve", "--port", "0", "--data", ${JSON.stringify(await tempFolder())}]);
  `;
  const { child, ended, output, saw } = runNode(["--input-type=module", "--eval", program]);
  await saw(/^listening/m);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
  const loaded = JSON.parse(output.stdout.trim().split("\n").at(-1) as string) as string[];
  expect(packagesIn(loaded, ["express", ...ON_DEMAND])).toEqual(["express"]);
});

async function heavyPackagesOf(path: string): Promise<string[]> {
  const program = `
    ${NOTE_LOADED}
    await import(${JSON.stringify(inRepository(path))});
    console.log(JSON.stringify(loaded));
  `;
  const { ended, output } = runNode(["--input-type=module", "--eval", program]);
  expect((await ended).code).toBe(0);
  const loaded = JSON.parse(output.stdout) as string[];
  expect(loaded.length).toBeGreaterThan(0);
  return packagesIn(loaded, HEAVY);
}

function packagesIn(loaded: readonly string[], names: readonly string[]): string[] {
  return names.filter((name) => loaded.some((url) => url.includes(`/node_modules/${name}/`)));
}
