import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { inRepository, runNode } from "../../support/processes.ts";
import { numbersAt } from "../../support/relaying.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

const KILLS = process.env.CROWSNEST_SLOW === undefined ? 2 : 10;
/** Numbers of one process, and how many of them it could tell at most. */
const EACH = 1_000_000;

/** The numbers that stand whole in the files of a spool. */
async function spooledIn(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ndjson"));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line).data.value as number),
  );
}

test(`what was spooled arrives exactly once, though its processes are killed ${KILLS} times`, { timeout: 120_000 }, async () => {
  const port = await freePort();
  const spool = await tempFolder();
  const env = { CROWSNEST_HUB: `http://127.0.0.1:${port}`, CROWSNEST_SPOOL: spool };
  const host = inRepository("test/sinks/relay/host.ts");
  const spooled = new Set<number>();
  let hub: TestHub | undefined;
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Away for the first half; in the second, processes are killed while they send.
    if (kill === KILLS / 2) hub = await startTestHub({ port });
    const { child, ended } = runNode([host, String(kill * EACH), String((kill + 1) * EACH)], { env });
    await until("it to spool", async () => (await spooledIn(spool).catch(() => [])).some((number) => number >= kill * EACH));
    await sleep(Math.random() * 400);
    child.kill("SIGKILL");
    await ended;
    for (const number of await spooledIn(spool)) spooled.add(number);
  }
  expect(spooled.size).toBeGreaterThan(KILLS);

  const last = runNode([host, String(KILLS * EACH), String(KILLS * EACH + 10)], { env });
  await last.saw(/told \{"delivered":true,"problems":\[\]\}/);
  const arrived = await numbersAt(hub as TestHub);
  expect(new Set(arrived).size).toBe(arrived.length);
  const known = new Set(arrived);
  expect([...spooled].filter((number) => !known.has(number))).toEqual([]);
  // Of each process, all up to some moment, in its order.
  for (let kill = 0; kill <= KILLS; kill += 1) {
    const own = arrived.filter((number) => Math.floor(number / EACH) === kill);
    expect(own).toEqual(own.map((_, index) => kill * EACH + index));
  }
  last.child.kill("SIGTERM");
  await last.ended;
  expect(await readdir(spool)).toEqual([]);
});
