import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { StoreError } from "../../../src/store/event-store.ts";
import { connect, type SqlDatabase } from "../../../src/store/sqlite/driver.ts";
import { openForReading, openForWriting } from "../../../src/store/sqlite/open-database.ts";
import { checkSchema, createSchema } from "../../../src/store/sqlite/schema.ts";
import { inRepository } from "../../support/processes.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const somePath = (): string => join(temporaryFolder(), "events.db");

function refusal(open: () => unknown): StoreError {
  try {
    open();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("it opened");
}

it("makes a file whose commits are synced to the disk, also when it is opened again", () => {
  const path = somePath();
  for (const _ of ["new", "again"]) {
    const database = openForWriting(path);
    const settings = ["journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint"].map((name) =>
      database.pragma(name, { simple: true }),
    );
    const full = 2;
    expect(settings).toEqual(["wal", full, 5_000, 0]);
    database.close();
  }
});

it("sees a file that another process makes meanwhile as empty or as ours, never as half made", () => {
  const path = somePath();
  const other = connect(path, { timeout: 0 });
  other.pragma("journal_mode = WAL", { simple: true });
  const database = connect(path, { timeout: 0 });
  // The other one is as quick as can be: it makes the tables as soon as the first mark was read.
  let made = false;
  const pragma: SqlDatabase["pragma"] = (source, options) => {
    const value = database.pragma(source, options);
    if (!made) createSchema(other, path);
    made = true;
    return value;
  };
  const slow: SqlDatabase = {
    inTransaction: false,
    prepare: (sql) => database.prepare(sql),
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    pragma,
  };
  expect(checkSchema(slow, path)).toBe("empty");
  expect(checkSchema(slow, path)).toBe("current");
  database.close();
  other.close();
});

it("opens for reading without leave to write", () => {
  const path = somePath();
  openForWriting(path).close();
  const database = openForReading(path);
  expect(() => database.exec("DELETE FROM events")).toThrow(/readonly/);
  database.close();
});

it("refuses a file that is no database, and leaves it as it is", () => {
  const path = somePath();
  writeFileSync(path, "agents were here\n".repeat(200));
  for (const open of [openForWriting, openForReading]) {
    const { code, message } = refusal(() => open(path));
    expect(code).toBe("cannot_open");
    expect(message).toBe(
      `${path} is not an SQLite file, or is damaged: move it away, or give another folder with the option data (CROWSNEST_DATA).`,
    );
  }
  expect(readFileSync(path, "utf8")).toBe("agents were here\n".repeat(200));
});

it("refuses a store whose pages are damaged", () => {
  const path = somePath();
  openForWriting(path).close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(statSync(path).size - 100, 0xff), 0, undefined, 100);
  closeSync(file);
  expect(refusal(() => openForWriting(path)).message).toContain("is damaged");
});

it("refuses a database that is not ours, and leaves it as it is", () => {
  const path = somePath();
  const foreign = connect(path, {});
  foreign.exec("CREATE TABLE customers (name TEXT)");
  foreign.close();
  const before = readFileSync(path);
  expect(refusal(() => openForWriting(path)).message).toContain("is a database, but not one of Crowsnest's");
  expect(readFileSync(path)).toEqual(before);
});

it("refuses a file that a newer version wrote, and says what to do", () => {
  const path = somePath();
  const database = openForWriting(path);
  database.pragma("user_version = 2", { simple: true });
  database.close();
  for (const open of [openForWriting, openForReading]) {
    const { code, message } = refusal(() => open(path));
    expect(code).toBe("cannot_open");
    expect(message).toBe(
      `${path} was written by a newer Crowsnest (its schema is 2, this one knows up to 1): update Crowsnest, or give another ` +
        "folder with the option data (CROWSNEST_DATA).",
    );
  }
});

it("names the file and the option where a file cannot be made", () => {
  const { code, message, cause } = refusal(() => openForWriting("/proc/events.db"));
  expect(code).toBe("cannot_open");
  expect(message).toBe(
    "/proc/events.db cannot be opened (SQLITE_CANTOPEN): give another folder with the option data (CROWSNEST_DATA).",
  );
  expect(cause).toBeInstanceOf(Error);
});

it("says that the disk is full where it is, and names the file and the option", () => {
  const path = somePath();
  // No file may be longer than 16 KiB, as on a disk that has no more room.
  const limited = ["-c", 'ulimit -f 16; exec "$0" "$@"', process.execPath, inRepository("test/fixtures/idle-host.ts"), path];
  const { stderr } = spawnSync("bash", limited, { env: { ...process.env, NODE_V8_COVERAGE: undefined }, encoding: "utf8" });
  expect(stderr).toContain(`${path} cannot be opened as there is no room on its disk (SQLITE_IOERR_SHMSIZE): make some, or give`);
});

it("names the file where a folder that should hold it is missing", () => {
  const path = join(temporaryFolder(), "missing", "events.db");
  expect(refusal(() => openForWriting(path)).message).toContain(path);
});

it("does not make a file by reading", () => {
  const path = somePath();
  expect(refusal(() => openForReading(path)).code).toBe("cannot_open");
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "");
  expect(refusal(() => openForReading(path)).message).toBe(`There are no events in ${path} yet.`);
});
