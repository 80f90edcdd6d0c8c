import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../../src/store/sqlite/driver.ts";
import { type CommitReport, SqliteEventStore, type SqliteStoreOptions } from "../../../src/store/sqlite/sqlite-store.ts";
import { sampleEvent, sampleEvents } from "../sample-events.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const stores: SqliteEventStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function openIn(
  path: string,
  options: SqliteStoreOptions = {},
  workers: Worker[] = [],
  readerIdleMillis = 60_000,
): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open(path, options, {
    readerIdleMillis,
    startThread: (script, workerData) => {
      const worker = new Worker(script, { workerData, execArgv: [] });
      workers.push(worker);
      return worker;
    },
  });
  stores.push(store);
  return store;
}

describe("one file, many appends", () => {
  it("joins what is appended together into one commit", async () => {
    const commits: CommitReport[] = [];
    const store = await openIn(join(temporaryFolder(), "e.db"), { onCommit: (commit) => commits.push(commit) });
    await Promise.all(Array.from({ length: 1_000 }, () => store.append([sampleEvent()])));
    expect(commits).toEqual([{ events: 1_000, durationSeconds: expect.any(Number) }]);
    expect(commits[0]?.durationSeconds).toBeGreaterThan(0);
  });

  it("gathers the next commit while one is under way", async () => {
    const commits: CommitReport[] = [];
    const store = await openIn(join(temporaryFolder(), "e.db"), { onCommit: (commit) => commits.push(commit) });
    let sent = 0;
    const sender = async (): Promise<void> => {
      for (; sent < 4_000; sent += 1) await store.append([sampleEvent()]);
    };
    await Promise.all(Array.from({ length: 100 }, sender));
    const events = commits.reduce((sum, commit) => sum + commit.events, 0);
    // A hundred senders, two groups under way: some fifty in each.
    expect(events / commits.length).toBeGreaterThan(20);
  });

  it("keeps the events although whoever hears of commits throws", async () => {
    const store = await openIn(join(temporaryFolder(), "e.db"), {
      onCommit: () => {
        throw new Error("not listening");
      },
    });
    expect((await store.append(sampleEvents(2))).stored).toHaveLength(2);
  });

  it("refuses appends once the queue is full, and takes them again when it has room", async () => {
    const store = await openIn(join(temporaryFolder(), "e.db"), { maxPendingEvents: 10 });
    const first = store.append(sampleEvents(8));
    await expect(store.append(sampleEvents(3))).rejects.toMatchObject({ name: "StoreError", code: "queue_full" });
    const second = store.append(sampleEvents(2));
    expect(store.queue).toEqual({ depth: 10, capacity: 10 });
    expect((await Promise.all([first, second])).map(({ stored }) => stored.length)).toEqual([8, 2]);
    expect((await store.append(sampleEvents(3))).stored).toHaveLength(3);
  });

  it("takes a single append that is larger than the queue when nothing else waits", async () => {
    const store = await openIn(join(temporaryFolder(), "e.db"), { maxPendingEvents: 10 });
    expect((await store.append(sampleEvents(25))).stored).toHaveLength(25);
  });

  it("answers questions while another connection holds the file for writing", async () => {
    const path = join(temporaryFolder(), "e.db");
    const store = await openIn(path);
    await store.append(sampleEvents(3));
    const other = connect(path, {});
    other.exec("BEGIN IMMEDIATE; DELETE FROM events");
    expect((await store.query({})).events).toHaveLength(3);
    expect(await store.stats()).toMatchObject({ events: 3 });
    // The append waits for the other writer; the question that came after it does not.
    const append = store.append(sampleEvents(1));
    expect((await store.query({})).events).toHaveLength(3);
    other.exec("ROLLBACK");
    other.close();
    expect((await append).stored[0]?.seq).toBe(4);
  });

  it("commits while a reader is in the middle of a long look", async () => {
    const path = join(temporaryFolder(), "e.db");
    const store = await openIn(path);
    await store.append(sampleEvents(3));
    const reader = connect(path, { readonly: true });
    reader.exec("BEGIN");
    const count = reader.prepare("SELECT count(*) FROM events").pluck();
    expect(count.get()).toBe(3);
    expect((await store.append(sampleEvents(2))).stored).toHaveLength(2);
    expect(count.get()).toBe(3);
    reader.close();
  });

  it("opens a new file that others open at the same moment", async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 6; round++) {
      const path = join(folder, `${round}.db`);
      const stores = await Promise.all([openIn(path), openIn(path), openIn(path)]);
      const appends = await Promise.all(stores.map((store) => store.append(sampleEvents(1))));
      expect(appends.flatMap(({ stored }) => stored.map(({ seq }) => seq)).toSorted()).toEqual([1, 2, 3]);
    }
  });

  it("shares a file with another store, and never gives a seq to two events", async () => {
    const path = join(temporaryFolder(), "e.db");
    const [one, two] = await Promise.all([openIn(path), openIn(path)]);
    const appends = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : two).append(sampleEvents(5)));
    const seqs = (await Promise.all(appends)).flatMap(({ stored }) => stored.map(({ seq }) => seq));
    expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs.map((_, index) => index + 1));
  });
});

describe("the thread that reads", () => {
  it("is gone while nobody asks, and there again for whoever does", async () => {
    const workers: Worker[] = [];
    const store = await openIn(join(temporaryFolder(), "e.db"), {}, workers, 20);
    await store.append(sampleEvents(2));
    const question = store.query({});
    // A thread may be gone by the time its last answer is read.
    const gone = once(workers[1] as Worker, "exit");
    expect((await question).events).toHaveLength(2);
    await gone;
    await store.append(sampleEvents(1));
    expect((await store.query({})).events).toHaveLength(3);
    expect(workers).toHaveLength(3);
  });
});

describe("a thread that crashes", () => {
  it("fails what waited for it, and the next append starts another", async () => {
    const workers: Worker[] = [];
    const store = await openIn(join(temporaryFolder(), "e.db"), {}, workers);
    const kept = await store.append(sampleEvents(2));
    const waiting = [store.append(sampleEvents(1)), store.append(sampleEvents(1))];
    void workers[0]?.terminate();
    for (const append of waiting) {
      await expect(append).rejects.toMatchObject({
        name: "StoreError",
        code: "write_failed",
        message: "The store's writer thread ended before it had answered.",
      });
    }
    expect(store.queue.depth).toBe(0);
    // Whether the lost answer was to a commit that made it is unknown; what was acknowledged before is there.
    const later = await store.append([...sampleEvents(1), ...kept.stored]);
    expect([later.stored.length, later.duplicates]).toEqual([1, 2]);
    expect(workers).toHaveLength(2);
  });

  it("fails the question that waited for it, and the next question starts another", async () => {
    const workers: Worker[] = [];
    const store = await openIn(join(temporaryFolder(), "e.db"), {}, workers);
    await store.append(sampleEvents(2));
    const question = store.query({});
    void workers[1]?.terminate();
    await expect(question).rejects.toMatchObject({ name: "StoreError", code: "read_failed" });
    expect((await store.query({})).events).toHaveLength(2);
  });

  it("does not keep a store from closing", async () => {
    const workers: Worker[] = [];
    const store = await openIn(join(temporaryFolder(), "e.db"), {}, workers);
    await workers[0]?.terminate();
    await store.close();
  });
});

describe("options that are wrong", () => {
  it.each([
    [{ maxPendingEvents: 0 }, /^maxPendingEvents takes/],
    [{ maxEventChars: 1.5 }, /^maxEventChars takes/],
    [{ retention: { research: -1 } }, /^retention\.research takes a number of days/],
    [{ retention: { resarch: 9 } }, /^retention\.resarch is not an event family; there are: default, projects/],
  ])("fail at start: %j", async (options, message) => {
    await expect(SqliteEventStore.open(join(temporaryFolder(), "e.db"), options as SqliteStoreOptions)).rejects.toThrow(message);
  });
});
