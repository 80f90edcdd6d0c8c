import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PROGRAM = `import(${JSON.stringify(inRepository("src/cli/main.ts"))}).then(({ run }) => run(process.argv.slice(1)))`;

async function prices(...args: readonly string[]): Promise<{ code: number | null; said: string; failed: string }> {
  const { ended, output } = runNode(["--eval", PROGRAM, "--", "prices", ...args]);
  return { code: (await ended).code, said: output.stdout, failed: output.stderr };
}

test("prices tells what a model costs, where that comes from, and how large its window is", async () => {
  expect(await prices("gpt-5", "--provider", "openai")).toEqual({
    code: 0,
    failed: "",
    said: `openai gpt-5, in US dollars per million tokens:
  input          1.25
  cache read     0.125
  output         10
  from           published for OpenAI, gpt-5
  context        400,000 tokens
`,
  });
  const { said } = await prices("gemini-2.5-pro", "--provider", "google");
  expect(said).toContain("input          1.25, 2.5 beyond 200,000 tokens of input\n");
  expect(said).toContain("context        not known for sure\n");
});

test("prices tells one's own prices from a file", async () => {
  const file = join(await tempFolder(), "prices.yaml");
  await writeFile(file, "gpt-*: { inputUsdPerMillion: 1, outputUsdPerMillion: 2, contextWindowTokens: 5000 }");
  const { code, said } = await prices("gpt-5", "--prices", file);
  expect(code).toBe(0);
  expect(said.split("\n").slice(1, -1)).toEqual([
    "  input          1",
    "  output         2",
    "  from           your own prices",
    "  context        5,000 tokens",
  ]);
});

test("prices says so where it does not know the model, and what to do", async () => {
  const { code, said } = await prices("nobody-1", "--provider", "openai");
  expect(code).toBe(1);
  expect(said).toContain("openai nobody-1: the price is not known, so its calls are missing from the costs.");
  expect(said).toContain("option prices");
});

test("prices tells in one sentence where the file with prices is wrong", async () => {
  const { code, failed } = await prices("gpt-5", "--prices", "/nowhere.yaml");
  expect(code).toBe(1);
  expect(failed).toBe("crowsnest: prices names /nowhere.yaml, which cannot be read (ENOENT)\n");
});
