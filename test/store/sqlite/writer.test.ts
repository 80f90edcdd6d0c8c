import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/store/sqlite/driver.ts";
import { type EventColumns, emptyColumns, encodeEvent } from "../../../src/store/sqlite/encode.ts";
import { SqliteReader } from "../../../src/store/sqlite/reader.ts";
import { SqliteWriter } from "../../../src/store/sqlite/writer.ts";
import { sampleEvents } from "../sample-events.ts";
import { temporaryFolder } from "../temporary-folder.ts";

function columnsOf(events: ReturnType<typeof sampleEvents>): EventColumns {
  const columns = emptyColumns();
  for (const event of events) encodeEvent(event, columns, 1_000_000);
  return columns;
}

function openBoth(): { path: string; writer: SqliteWriter; reader: SqliteReader } {
  const path = join(temporaryFolder(), "events.db");
  const writer = new SqliteWriter(path);
  const reader = new SqliteReader(path);
  onTestFinished(() => {
    reader.close();
    writer.close();
  });
  return { path, writer, reader };
}

it("keeps nothing of a group that fails, and the next group as if it had not been", () => {
  const { writer, reader } = openBoth();
  const broken = columnsOf(sampleEvents(3));
  broken.source[2] = null as unknown as string;
  expect(() => writer.append(broken, 1)).toThrow(
    expect.objectContaining({
      name: "StoreError",
      code: "write_failed",
      cause: expect.objectContaining({ code: "SQLITE_CONSTRAINT_NOTNULL" }),
    }),
  );
  expect(reader.stats().events).toBe(0);
  expect(writer.append(columnsOf(sampleEvents(2)), 1)).toMatchObject({ firstSeq: 1, duplicates: [] });
  expect(reader.query({}).events).toHaveLength(2);
});

it("fails rather than count an event as known whose seq is taken", () => {
  const { path, writer, reader } = openBoth();
  writer.append(columnsOf(sampleEvents(1)), 1);
  // Nobody does this; it stands for any reason by which two events could come to have one seq.
  const other = connect(path, {});
  other.exec("CREATE TRIGGER steal BEFORE INSERT ON events WHEN NEW.seq = 2 BEGIN UPDATE events SET seq = 2 WHERE seq = 1; END");
  other.close();
  expect(() => writer.append(columnsOf(sampleEvents(1)), 1)).toThrow(/UNIQUE constraint failed: events.seq/);
  expect(reader.stats()).toMatchObject({ events: 1, lastSeq: 1 });
});

it("says what the disk said when a commit fails", () => {
  const { path, writer } = openBoth();
  const other = connect(path, {});
  other.exec("DROP TABLE pruned");
  other.close();
  expect(() => writer.append(columnsOf(sampleEvents(1)), 1)).toThrow("The events could not be kept: no such table: pruned.");
});

it("merges the log into the file on a checkpoint, so that the log begins anew", () => {
  const { path, writer, reader } = openBoth();
  const walBytes = (): number => statSync(`${path}-wal`).size;
  const group = columnsOf(sampleEvents(200));
  writer.append(group, 1);
  writer.checkpoint();
  const afterOne = walBytes();
  for (let round = 0; round < 10; round += 1) {
    writer.append(columnsOf(sampleEvents(50)), 1);
    writer.checkpoint();
  }
  // Without checkpoints the log would hold all eleven commits.
  expect(walBytes()).toBeLessThanOrEqual(afterOne * 2);
  expect(reader.stats().events).toBe(700);
});

it("leaves a checkpoint that fails for later", () => {
  const { writer } = openBoth();
  writer.append(columnsOf(sampleEvents(1)), 1);
  writer.close();
  expect(() => writer.checkpoint()).not.toThrow();
});

it("lists the types that are there, and deletes a type in slices, oldest first", () => {
  const { writer, reader } = openBoth();
  expect(writer.types()).toEqual([]);
  writer.append(columnsOf(sampleEvents(5)), 1_000);
  writer.append(columnsOf(sampleEvents(2, { type: "agent_started" })), 1_000);
  writer.append(columnsOf(sampleEvents(3)), 2_000);
  expect(writer.types()).toEqual(["agent_heartbeat", "agent_started"]);
  const slice = { type: "agent_heartbeat", receivedBeforeUnixMillis: 2_000, limit: 2 };
  expect([1, 2, 3, 4].map(() => writer.pruneSlice(slice))).toEqual([2, 2, 1, 0]);
  expect(reader.query({}).events.map(({ seq }) => seq)).toEqual([6, 7, 8, 9, 10]);
});

it("tells of an event that is damaged in the file by its seq", () => {
  const { path, writer, reader } = openBoth();
  writer.append(columnsOf(sampleEvents(2)), 1);
  const other = connect(path, {});
  other.exec("UPDATE events SET event = substr(event, 1, 20) WHERE seq = 2");
  other.close();
  expect(() => reader.query({})).toThrow(
    expect.objectContaining({ code: "read_failed", message: expect.stringMatching(/^Event 2 is damaged/) }),
  );
});

it("keeps nothing in a file that is no longer there, or that another one has the place of, and goes on when it is back", () => {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder);
  const path = join(folder, "events.db");
  const writer = new SqliteWriter(path);
  onTestFinished(() => writer.close());
  const append = () => writer.append(columnsOf(sampleEvents(1)), 1);
  const gone = expect.objectContaining({ code: "write_failed", message: expect.stringContaining("was deleted or replaced") });
  append();
  renameSync(folder, `${folder}-elsewhere`);
  expect(append).toThrow(gone);
  mkdirSync(folder);
  writeFileSync(path, "");
  expect(append).toThrow(gone);
  rmSync(folder, { recursive: true });
  renameSync(`${folder}-elsewhere`, folder);
  expect(append()).toMatchObject({ firstSeq: 2 });
});
