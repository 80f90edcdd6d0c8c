import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AgentEvent, StoredEvent } from "../../../src/events/types.ts";
import { Snapshots } from "../../../src/server/snapshot/snapshots.ts";
import type { EventStore, Retention } from "../../../src/store/event-store.ts";
import { openStore, snapshotPathOf } from "../../../src/store/open-store.ts";
import { views } from "../../../src/views/index.ts";
import { defineView } from "../../../src/views/view.ts";
import { ViewSet } from "../../../src/views/view-set.ts";
import { sampleEvents } from "../../store/sample-events.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** So large that it is not written in one turn. */
const BALLAST = new Map(Array.from({ length: 30_000 }, (_, key) => [key, { text: `entry ${key}` }]));

/** Seqs of the events that a fold heard of, in the order in which it did. */
function seqsView(version: number) {
  return defineView({
    summary: "",
    version,
    types: ["agent_heartbeat"],
    query: views.windows.query,
    answer: views.windows.answer,
    initial: (): { seqs: number[]; ballast: unknown } => ({ ballast: BALLAST, seqs: [] }),
    apply: ({ seqs }, { seq }) => void seqs.push(seq),
    read: () => ({ windows: [] }),
  });
}

interface Running {
  readonly store: EventStore;
  readonly snapshots: Snapshots;
  readonly told: string[];
  /** How often events were read back at start. */
  readonly replayed: () => number;
  /** What its two views heard of. */
  readonly seqs: () => unknown[];
  /** Keeps events and tells the views and the snapshots of them, as the hub does. */
  keep(count: number, fields?: Partial<AgentEvent>): Promise<void>;
  close(): Promise<void>;
}

/** As much of a hub as snapshots need, on the store of a folder. */
async function run(folder: string, versions: Readonly<Record<"one" | "other", number>> = { one: 1, other: 1 }): Promise<Running> {
  const store = await openStore(folder);
  const set = new ViewSet({ one: seqsView(versions.one), other: seqsView(versions.other) }, (_view, error) => {
    throw error;
  });
  const told: string[] = [];
  let replayed = 0;
  const counting = {
    parts: set.parts,
    replay(event: StoredEvent) {
      replayed += 1;
      set.replay(event);
    },
  };
  const path = snapshotPathOf(folder);
  const snapshots = new Snapshots({ path, store, folds: [counting], trouble: (sentence) => told.push(sentence) });
  await snapshots.rebuild();
  const close = async (): Promise<void> => {
    await snapshots.close(5_000);
    await store.close();
  };
  onTestFinished(close);
  return {
    store,
    snapshots,
    told,
    replayed: () => replayed,
    seqs: () => set.parts.map((part) => (part.state() as { seqs: number[] }).seqs),
    async keep(count, fields) {
      const { stored } = await store.append(sampleEvents(count, fields));
      for (const event of stored) {
        set.apply(event);
        snapshots.passed(event);
      }
    },
    close,
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** In days; less than it takes to come here. */
const SOON = 1e-9;

async function prune(folder: string, retention: Retention): Promise<void> {
  const store = await openStore(folder, { retention });
  await store.prune(Date.now() + 1_000);
  await store.close();
}

/** A folder with 30 events in it and a snapshot of the first 20. */
async function leftBehind(): Promise<string> {
  const folder = join(await tempFolder(), "data");
  const hub = await run(folder);
  await hub.keep(20);
  await hub.snapshots.write();
  await hub.store.append(sampleEvents(10));
  await hub.store.close();
  return folder;
}

describe("a restart", () => {
  it("takes the snapshot, and reads only what was stored since", async () => {
    const hub = await run(await leftBehind());
    expect(hub.seqs()).toEqual([upTo(30), upTo(30)]);
    // The last event that the snapshot has is read to see that it is the same store.
    expect(hub.replayed()).toBe(11);
    expect(hub.told).toEqual([]);
  });

  it("after an orderly end reads nothing but the last event", async () => {
    const folder = join(await tempFolder(), "data");
    const before = await run(folder);
    await before.keep(20);
    await before.close();
    const after = await run(folder);
    expect(after.seqs()).toEqual([upTo(20), upTo(20)]);
    expect(after.replayed()).toBe(1);
    await after.keep(5);
    await after.close();
    expect((await run(folder)).seqs()).toEqual([upTo(25), upTo(25)]);
  });

  it("reads everything where there is no snapshot, and says nothing of it", async () => {
    const folder = join(await tempFolder(), "data");
    const store = await openStore(folder);
    await store.append(sampleEvents(4_100));
    await store.close();
    const hub = await run(folder);
    expect(hub.seqs()).toEqual([upTo(4_100), upTo(4_100)]);
    expect(hub.told).toEqual([]);
  });

  it("reads everything where the snapshot is torn, and says so once", async () => {
    const folder = await leftBehind();
    const path = snapshotPathOf(folder);
    await writeFile(path, (await readFile(path)).subarray(0, -3));
    const hub = await run(folder);
    expect(hub.seqs()).toEqual([upTo(30), upTo(30)]);
    expect(hub.told).toEqual([`the snapshot ${path} is not used: its end is missing; everything is rebuilt from the store`]);
  });

  it.each([
    ["is another's", 40],
    ["is an older one", 5],
    ["is empty", 0],
  ])("reads everything where the snapshot is there and the store %s", async (_what, events) => {
    const path = snapshotPathOf(await leftBehind());
    const folder = join(await tempFolder(), "data");
    const store = await openStore(folder);
    await store.append(sampleEvents(events));
    await store.close();
    await copyFile(path, snapshotPathOf(folder));
    const hub = await run(folder);
    expect(hub.seqs()).toEqual([upTo(events), upTo(events)]);
    expect(hub.told).toHaveLength(1);
    expect(hub.told[0]).toContain("this store does not have the last event of it");
  });

  it("rebuilds a view of another version, and that one alone", async () => {
    const hub = await run(await leftBehind(), { one: 1, other: 2 });
    expect(hub.seqs()).toEqual([upTo(30), upTo(30)]);
    expect(hub.told).toHaveLength(1);
    expect(hub.told[0]).toMatch(/another version of Crowsnest: rebuilt from the store are other$/);
  });

  it("counts on from what a view saw, also where those events are pruned by now", async () => {
    const folder = join(await tempFolder(), "data");
    const before = await run(folder);
    await before.keep(20);
    await before.keep(1, { type: "error_raised", data: { errorType: "TimeoutError" } });
    await before.close();
    await prune(folder, { agents: SOON });
    const after = await run(folder);
    expect(after.seqs()).toEqual([upTo(20), upTo(20)]);
    expect(after.told).toEqual([]);
  });

  it("reads what is left where the last event that the snapshot has is pruned: nobody can tell whose it is", async () => {
    const folder = await leftBehind();
    await prune(folder, { agents: SOON });
    const hub = await run(folder);
    expect(hub.seqs()).toEqual([[], []]);
    expect(hub.told[0]).toContain("this store does not have the last event of it");
    await hub.keep(1);
    expect(hub.seqs()).toEqual([[31], [31]]);
  });

  it.each([
    ["all events", { agents: SOON, tasks: SOON }, 0],
    ["the newest events", { agents: SOON }, 5],
  ])("writes snapshots once events come again, where %s were pruned", async (_what, retention, left) => {
    const folder = join(await tempFolder(), "data");
    const store = await openStore(folder);
    await store.append(sampleEvents(5, { type: "task_assigned", taskId: "T", data: { taskType: "write" } }));
    await store.append(sampleEvents(20));
    await store.close();
    await prune(folder, retention);
    const before = await run(folder);
    expect(before.replayed()).toBe(left);
    await before.keep(10);
    await before.close();
    const after = await run(folder);
    expect(after.replayed()).toBe(1);
    expect(after.seqs()[0]).toEqual(upTo(35).slice(25));
    expect(after.told).toEqual([]);
  });

  it("says nothing of a snapshot where there was no event to know it by", async () => {
    const folder = join(await tempFolder(), "data");
    const store = await openStore(folder);
    await store.append(sampleEvents(20));
    await store.close();
    await prune(folder, { agents: SOON });
    await (await run(folder)).close();
    expect((await run(folder)).told).toEqual([]);
  });
});

describe("a snapshot", () => {
  it("has each view at an event of its own where events come while it is written", async () => {
    const folder = join(await tempFolder(), "data");
    const hub = await run(folder);
    await hub.keep(500);
    let isWritten = false;
    const writing = hub.snapshots.write().then(() => {
      isWritten = true;
    });
    let kept = 500;
    for (; !isWritten; kept += 10) await hub.keep(10);
    await writing;
    await hub.keep(100);
    await hub.store.close();
    const after = await run(folder);
    expect(after.seqs()).toEqual([upTo(kept + 100), upTo(kept + 100)]);
    expect(after.told).toEqual([]);
  });

  it("is not written while an event is missing that was stored, and so the store is read", async () => {
    const folder = join(await tempFolder(), "data");
    const hub = await run(folder);
    await hub.keep(10);
    await hub.store.append(sampleEvents(1));
    await hub.keep(10);
    await hub.close();
    const after = await run(folder);
    expect(after.seqs()).toEqual([upTo(21), upTo(21)]);
    expect(after.replayed()).toBe(21);
  });

  it("is given up where an event comes to be missing while it is written", async () => {
    const folder = join(await tempFolder(), "data");
    const hub = await run(folder);
    await hub.keep(500);
    const writing = hub.snapshots.write();
    await hub.store.append(sampleEvents(1));
    await hub.keep(10);
    await writing;
    await hub.store.close();
    expect((await run(folder)).seqs()).toEqual([upTo(511), upTo(511)]);
  });

  it("that cannot be written is told, and costs nothing else", async () => {
    const folder = join(await tempFolder(), "data");
    const store = await openStore(folder);
    onTestFinished(() => store.close());
    const told: string[] = [];
    const path = join(folder, "missing", "snapshot");
    const snapshots = new Snapshots({ path, store, folds: [], trouble: (sentence) => told.push(sentence) });
    await snapshots.write();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/no snapshot can be written to .*, so the next start takes longer: ENOENT/);
  });
});
