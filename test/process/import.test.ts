import { expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";

const HEAVY = ["express", "better-sqlite3", "zod", "prom-client", "redis", "@opentelemetry", "systeminformation"];

test("importing the public face loads nothing heavy: neither a server nor a store nor a validator", async () => {
  expect(await heavyPackagesOf("src/index.ts")).toEqual([]);
});

test("the threads of a store load no schemas, which would take megabytes in each of them", async () => {
  expect(await heavyPackagesOf("src/store/sqlite/reader-thread.ts")).toEqual([]);
  expect(await heavyPackagesOf("src/store/sqlite/writer-thread.ts")).toEqual([]);
});

async function heavyPackagesOf(path: string): Promise<string[]> {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(inRepository(path))});
    console.log(JSON.stringify(loaded));
  `;
  const { ended, output } = runNode(["--input-type=module", "--eval", program]);
  expect((await ended).code).toBe(0);
  const loaded = JSON.parse(output.stdout) as string[];
  expect(loaded.length).toBeGreaterThan(0);
  return HEAVY.filter((name) => loaded.some((url) => url.includes(`/node_modules/${name}/`)));
}
