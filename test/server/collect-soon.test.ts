import { expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";

/** Lets go of some old objects, and waits whether they are collected. Nothing else happens that would bring that about. */
const program = (isAsked: boolean) => `
  import { setTimeout as sleep } from "node:timers/promises";
  import { collectSoon } from ${JSON.stringify(inRepository("src/server/collect-soon.ts"))};
  let isCollected = false;
  const collected = new FinalizationRegistry(() => { isCollected = true; });
  const makeGarbage = () => collected.register(Array.from({ length: 300_000 }, (_, index) => ({ text: "entry " + index })));
  makeGarbage();
  await sleep(1);
  const rssBytes = process.memoryUsage.rss();
  if (${isAsked}) collectSoon();
  const takenBytes = process.memoryUsage.rss() - rssBytes;
  for (let waits = ${isAsked ? 400 : 40}; waits > 0 && !isCollected; waits -= 1) await sleep(25);
  console.log(JSON.stringify({ isCollected, takenBytes }));
`;

async function run(isAsked: boolean): Promise<{ isCollected: boolean; takenBytes: number }> {
  const { ended, output } = runNode(["--input-type=module", "--eval", program(isAsked)]);
  expect((await ended).code).toBe(0);
  return JSON.parse(output.stdout);
}

test("what was let go of is collected soon after V8 was asked, and not before; asking takes no memory", async () => {
  const [asked, unasked] = await Promise.all([run(true), run(false)]);
  expect(asked.isCollected).toBe(true);
  expect(asked.takenBytes).toBeLessThan(8 * 1_048_576);
  expect(unasked.isCollected).toBe(false);
});
