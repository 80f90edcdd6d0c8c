import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../src/config.ts";
import { loadPricer } from "../src/load-prices.ts";
import { inRepository, runNode } from "./support/processes.ts";
import { tempFolder } from "./support/temp-folder.ts";

const usual = { inputUsdPerMillion: 3, outputUsdPerMillion: 15 };

async function file(name: string, text: string): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, text);
  return path;
}

/** What a million tokens of input cost, by the option. */
async function costOf(model: string, prices: unknown): Promise<number | undefined> {
  const config = loadConfig({ options: { prices }, environment: {} });
  const pricer = await loadPricer(config.prices);
  return pricer?.costUsd({ provider: "openai", model, inputTokens: 1_000_000 }, Date.UTC(2026, 9, 1));
}

describe("the option prices", () => {
  test("takes published prices unless somebody says otherwise", async () => {
    expect(await costOf("gpt-5", undefined)).toBe(1.25);
    expect(await costOf("gpt-5", true)).toBe(1.25);
  });

  test.each([false, "off"])("works out nothing where it is %s", async (prices) => {
    expect(await costOf("gpt-5", prices)).toBeUndefined();
  });

  test("takes a table, which comes before the published ones", async () => {
    expect(await costOf("my-model", { "my-model": usual })).toBe(3);
    expect(await costOf("gpt-5", { "my-model": usual })).toBe(1.25);
  });

  test("takes the path of a file, in YAML or JSON", async () => {
    const yaml = await file("prices.yaml", "my-*:\n  inputUsdPerMillion: 4\n  outputUsdPerMillion: 8\n");
    expect(await costOf("my-model", yaml)).toBe(4);
    expect(await costOf("my-model", await file("prices.json", JSON.stringify({ "my-model": usual })))).toBe(3);
    expect(await costOf("gpt-5", await file("prices.yaml", "'*': false"))).toBeUndefined();
  });

  test("names the file, the model and the field where the file is wrong", async () => {
    const path = await file("prices.yaml", "my-model:\n  inputUsdPerMillion: cheap\n  outputUsdPerMillion: 8\n");
    await expect(costOf("my-model", path)).rejects.toThrow(
      `${path} has "my-model", whose inputUsdPerMillion is "cheap"; it takes US dollars per million tokens, 0 or more`,
    );
    const broken = await file("prices.yaml", "a: [");
    await expect(costOf("my-model", broken)).rejects.toThrow(`${broken} cannot be read as YAML or JSON: `);
    const empty = await file("prices.yaml", "");
    await expect(costOf("my-model", empty)).rejects.toThrow(`${empty} has to hold prices by model`);
    await expect(costOf("my-model", "/nowhere/prices.yaml")).rejects.toMatchObject({
      name: "ConfigError",
      message: "prices names /nowhere/prices.yaml, which cannot be read (ENOENT)",
    });
  });

  test("names the model and the field where the table is wrong, and where the table stands", () => {
    const wrong = { "my-model": { ...usual, outputUsdPerMillion: -1 } };
    const problem = `has "my-model", whose outputUsdPerMillion is -1; it takes US dollars per million tokens, 0 or more`;
    expect(() => loadConfig({ options: { prices: wrong }, environment: {} })).toThrow(`prices ${problem}`);
    expect(() => loadConfig({ environment: {}, file: { path: "crowsnest.config.yaml", values: { prices: wrong } } })).toThrow(
      `prices in crowsnest.config.yaml ${problem}`,
    );
  });
});

test.each([
  ["start without prices", "{ prices: false }", false],
  ["send their events to a hub", "{ hub: 'http://127.0.0.1:9' }", false],
  ["start as usual", "{}", true],
])("processes that %s load the published prices only where they work out costs", async (_, options, loads) => {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    const { createCrowsnest } = await import(${JSON.stringify(inRepository("src/index.ts"))});
    const isLoaded = () => loaded.some((url) => url.includes("genai-prices"));
    const atImport = isLoaded();
    const crowsnest = await createCrowsnest({ port: "off", traces: false, hostMetrics: false, log() {}, ...${options} });
    console.log(JSON.stringify([atImport, isLoaded()]));
    process.exit();
  `;
  const { ended, output } = runNode(["--input-type=module", "--eval", program]);
  expect((await ended).code, output.stderr).toBe(0);
  expect(JSON.parse(output.stdout)).toEqual([false, loads]);
});
