import { appendFile, chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Spool } from "../../../../src/sinks/relay/spool/spool.ts";
import { numbersTo, someNumbers } from "../../../support/relaying.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

const MEBIBYTE = 1_048_576;

const linesOf = (from: number, to: number): Buffer[] =>
  someNumbers(from, to).map((event) => Buffer.from(`${JSON.stringify(event)}\n`));

async function open(folder: string, maxBytes = 16 * MEBIBYTE) {
  const unreadable: number[] = [];
  const spool = await Spool.open({ folder, maxBytes }, { unreadable: (lines) => unreadable.push(lines) });
  onTestFinished(() => spool.close());
  return { spool, unreadable };
}

/** Takes what waits, as a sender does whose hub takes everything. */
async function takeAll(spool: Spool): Promise<number[]> {
  const numbers: number[] = [];
  while (spool.waiting > 0) {
    const batch = await spool.next();
    numbers.push(...(batch?.events ?? []).map((line) => JSON.parse(line.toString()).data.value as number));
    await batch?.settle();
  }
  return numbers;
}

const segmentsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(".ndjson"));

describe("a spool", () => {
  test("gives what it took in order, over as many files as it takes, and leaves nothing behind", async () => {
    const folder = join(await tempFolder(), "made", "here");
    const { spool } = await open(folder);
    for (let from = 0; from < 20_000; from += 500) expect(await spool.append(linesOf(from, from + 500))).toBe(500);
    expect((await segmentsIn(folder)).length).toBeGreaterThan(2);
    expect(await takeAll(spool)).toEqual(numbersTo(20_000));
    expect(spool.bytes).toBe(0);
    await spool.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test("is readable for nobody else", async () => {
    const folder = await tempFolder();
    const { spool } = await open(folder);
    await spool.append(linesOf(0, 1));
    const [segment = ""] = await segmentsIn(folder);
    expect((await stat(join(folder, segment))).mode & 0o777).toBe(0o600);
  });

  test("holds on disk only what has not arrived", async () => {
    const folder = await tempFolder();
    const { spool } = await open(folder);
    await spool.append(linesOf(0, 10));
    await takeAll(spool);
    await spool.append(linesOf(10, 12));
    const [segment = ""] = await segmentsIn(folder);
    expect((await readFile(join(folder, segment), "utf8")).split("\n")).toHaveLength(3);
    expect(await takeAll(spool)).toEqual([10, 11]);
  });

  test("gives the same again until it is told that it has arrived", async () => {
    const { spool } = await open(await tempFolder());
    await spool.append(linesOf(0, 3));
    expect((await spool.next())?.events).toHaveLength(3);
    expect(await takeAll(spool)).toEqual([0, 1, 2]);
  });

  test("says when everything before has arrived, whatever comes after it", async () => {
    const { spool } = await open(await tempFolder());
    await spool.append(linesOf(0, 3));
    const batch = await spool.next();
    let drained = false;
    const draining = spool.drained().then(() => {
      drained = true;
    });
    await spool.append(linesOf(3, 5));
    expect(drained).toBe(false);
    await batch?.settle();
    await draining;
    expect(spool.waiting).toBe(2);
  });

  test("leaves what waits to the next one, which sends it before its own", async () => {
    const folder = await tempFolder();
    const { spool: before } = await open(folder);
    await before.append(linesOf(0, 5_000));
    await before.close();
    const { spool } = await open(folder);
    expect(spool.waiting).toBe(5_000);
    await spool.append(linesOf(5_000, 5_010));
    expect(await takeAll(spool)).toEqual(numbersTo(5_010));
    expect(await segmentsIn(folder)).toHaveLength(1);
  });

  test("does not touch what belongs to somebody who lives", async () => {
    const folder = await tempFolder();
    const { spool: one } = await open(folder);
    await one.append(linesOf(0, 5));
    const { spool: other } = await open(folder);
    await other.append(linesOf(5, 9));
    await Promise.all([one.adopt(), other.adopt()]);
    expect(await takeAll(other)).toEqual([5, 6, 7, 8]);
    expect(await takeAll(one)).toEqual([0, 1, 2, 3, 4]);
  });

  test("is adopted by exactly one, however many come at once", async () => {
    const folder = await tempFolder();
    const dead = await Promise.all(Array.from({ length: 10 }, () => open(folder)));
    for (const [index, { spool }] of dead.entries()) await spool.append(linesOf(index * 10, index * 10 + 10));
    for (const { spool } of dead) await spool.close();
    const heirs = await Promise.all(Array.from({ length: 8 }, () => open(folder)));
    const inherited = await Promise.all(heirs.map(({ spool }) => takeAll(spool)));
    expect(inherited.flat().sort((one, other) => one - other)).toEqual(numbersTo(100));
  });

  test("adopts what others leave while it runs, and goes on in order", async () => {
    const folder = await tempFolder();
    const { spool } = await open(folder);
    await spool.append(linesOf(0, 2));
    const { spool: other } = await open(folder);
    await other.append(linesOf(100, 102));
    await other.close();
    await spool.adopt();
    await spool.append(linesOf(2, 4));
    expect(await takeAll(spool)).toEqual([0, 1, 100, 101, 2, 3]);
  });

  test("passes over what a crash has torn, and counts it", async () => {
    const folder = await tempFolder();
    const { spool: before } = await open(folder);
    await before.append(linesOf(0, 3));
    await before.close();
    const [segment = ""] = await segmentsIn(folder);
    await appendFile(join(folder, segment), '\0\0\0\n{"id":"torn","type":"measu');
    const { spool, unreadable } = await open(folder);
    expect(await takeAll(spool)).toEqual([0, 1, 2]);
    expect(unreadable).toEqual([2]);
    await spool.append(linesOf(3, 4));
    expect(await takeAll(spool)).toEqual([3]);
  });

  test("is not confused by files of other names, nor by none where some were", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeFile(join(folder, "00000000.ndjson"), "mine");
    const { spool } = await open(folder);
    await spool.append(linesOf(0, 2));
    for (const name of await segmentsIn(folder)) if (name !== "00000000.ndjson") await rm(join(folder, name));
    expect(await takeAll(spool)).toEqual([0, 1]);
    await spool.close();
    expect((await readdir(folder)).sort()).toEqual(["00000000.ndjson", "notes.txt"]);
  });

  test("takes no more than it may, and takes on when there is room again", async () => {
    const folder = await tempFolder();
    const { spool } = await open(folder, MEBIBYTE);
    let kept = 0;
    for (let from = 0; from < 20_000; from += 500) kept += await spool.append(linesOf(from, from + 500));
    expect(kept).toBeLessThan(20_000);
    expect(spool.bytes).toBeGreaterThan(0.99 * MEBIBYTE);
    expect(spool.bytes).toBeLessThanOrEqual(MEBIBYTE);
    expect(await takeAll(spool)).toEqual(numbersTo(kept));
    expect(await spool.append(linesOf(0, 500))).toBe(500);
  });

  test("counts what others have in the folder as well", async () => {
    const folder = await tempFolder();
    const { spool: other } = await open(folder, MEBIBYTE);
    while ((await other.append(linesOf(0, 500))) === 500);
    const { spool } = await open(folder, MEBIBYTE);
    expect(await spool.append(linesOf(0, 500))).toBeLessThan(10);
  });

  test("rejects a folder that cannot be one", async () => {
    const file = join(await tempFolder(), "file");
    await writeFile(file, "");
    await chmod(file, 0o600);
    await expect(open(join(file, "spool"))).rejects.toThrow();
  });
});
