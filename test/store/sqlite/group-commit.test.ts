import { expect, it } from "vitest";
import type { EventColumns } from "../../../src/store/sqlite/encode.ts";
import { GroupCommit, type GroupCommitOptions } from "../../../src/store/sqlite/group-commit.ts";
import type { Kept } from "../../../src/store/sqlite/writer.ts";
import { sampleEvent, sampleEvents } from "../sample-events.ts";

interface Commit extends PromiseWithResolvers<Kept> {
  readonly columns: EventColumns;
}

/** Groups whose commits end when the test says so. */
function groupsInHand(options: Partial<GroupCommitOptions> = {}): { groups: GroupCommit; commits: Commit[] } {
  const commits: Commit[] = [];
  const limits = { capacity: 1_000, capacityChars: 1_000_000, maxEventChars: 100_000, maxGroupEvents: 100, ...options };
  const groups = new GroupCommit(limits, (columns) => {
    const commit = { columns, ...Promise.withResolvers<Kept>() };
    commits.push(commit);
    return commit.promise;
  });
  return { groups, commits };
}

const kept = (firstSeq: number): Kept => ({ firstSeq, duplicates: [], durationSeconds: 0 });
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("has two groups under way, and gathers everything else in a third", async () => {
  const { groups, commits } = groupsInHand();
  const appends: Promise<unknown>[] = [];
  for (let step = 0; step < 6; step += 1) {
    appends.push(groups.append(sampleEvents(1)));
    await nextTurn();
  }
  expect(commits.map(({ columns }) => columns.id.length)).toEqual([1, 1]);
  commits[0]?.resolve(kept(1));
  await nextTurn();
  expect(commits.map(({ columns }) => columns.id.length)).toEqual([1, 1, 4]);
  expect(groups.depth).toBe(5);
  commits[1]?.resolve(kept(2));
  commits[2]?.resolve(kept(3));
  await Promise.all(appends);
  expect(groups.depth).toBe(0);
});

it("begins another group where one is long enough, and never splits an append", async () => {
  const { groups, commits } = groupsInHand({ maxGroupEvents: 10 });
  const appends = [6, 7, 25, 1].map((count) => groups.append(sampleEvents(count)));
  await nextTurn();
  expect(commits.map(({ columns }) => columns.id.length)).toEqual([13, 25]);
  commits[0]?.resolve(kept(1));
  commits[1]?.resolve(kept(14));
  await nextTurn();
  commits[2]?.resolve(kept(39));
  const seqs = (await Promise.all(appends)).map(({ stored }) => stored.map(({ seq }) => seq));
  expect(seqs.flat()).toEqual(Array.from({ length: 39 }, (_, index) => index + 1));
});

it("fails all appends of a commit that failed, and goes on with the next", async () => {
  const { groups, commits } = groupsInHand({ maxGroupEvents: 2 });
  const failing = [groups.append(sampleEvents(1)), groups.append(sampleEvents(1))];
  const fine = groups.append(sampleEvents(1));
  await nextTurn();
  const full = new Error("the disk is full");
  commits[0]?.reject(full);
  commits[1]?.resolve(kept(1));
  expect(await Promise.allSettled(failing)).toEqual(failing.map(() => ({ status: "rejected", reason: full })));
  expect((await fine).stored).toHaveLength(1);
  expect(groups.depth).toBe(0);
});

it("tells each append which of its own events were known", async () => {
  const { groups, commits } = groupsInHand();
  const appends = [3, 2, 2].map((count) => groups.append(sampleEvents(count)));
  await nextTurn();
  commits[0]?.resolve({ firstSeq: 10, duplicates: [1, 3, 4], durationSeconds: 0 });
  const results = await Promise.all(appends);
  expect(results.map(({ stored, duplicates }) => [stored.map(({ seq }) => seq), duplicates])).toEqual([
    [[10, 11], 1],
    [[], 2],
    [[12, 13], 0],
  ]);
});

it("bounds what waits by its size, not only by its number", async () => {
  const { groups, commits } = groupsInHand({ capacityChars: 10_000 });
  const large = groups.append([sampleEvent({ attributes: { text: "x".repeat(10_000) } })]);
  await expect(groups.append(sampleEvents(1))).rejects.toMatchObject({ code: "queue_full" });
  await nextTurn();
  commits[0]?.resolve(kept(1));
  await large;
  const small = groups.append(sampleEvents(1));
  await nextTurn();
  commits[1]?.resolve(kept(2));
  expect((await small).stored).toHaveLength(1);
});

it("flushes at once where nothing waits, and otherwise when the last group is done", async () => {
  const { groups, commits } = groupsInHand();
  await groups.flush();
  void groups.append(sampleEvents(1));
  let flushed = false;
  const flushing = groups.flush().then(() => {
    flushed = true;
  });
  await nextTurn();
  expect(flushed).toBe(false);
  commits[0]?.resolve(kept(1));
  await flushing;
});
