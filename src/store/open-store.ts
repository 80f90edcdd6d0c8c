import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type EventStore, StoreError } from "./event-store.ts";
import { makeFolder } from "./make-folder.ts";
import { engineCode } from "./sqlite/driver.ts";
import { SqliteReader } from "./sqlite/reader.ts";
import { SqliteEventStore, type SqliteStoreOptions } from "./sqlite/sqlite-store.ts";

export type OpenStoreOptions = SqliteStoreOptions;

const FILE_NAME = "events.db";
const ELSEWHERE = "give a folder that can be written to with the option data (CROWSNEST_DATA)";

/**
 * Opens the event store at a location, and makes it where there is none: a folder (the events are then in its `events.db`), or a
 * file whose name ends in .db, .sqlite or .sqlite3. Rejects with a {@link StoreError} that says what is wrong and what to do.
 */
export async function openStore(location: string, options: OpenStoreOptions = {}): Promise<EventStore> {
  const path = fileOf(location);
  const folder = dirname(path);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new StoreError("cannot_open", `The folder ${folder} cannot be made (${engineCode(error)}): ${ELSEWHERE}.`, {
      cause: error,
    });
  }
  return SqliteEventStore.open(path, options);
}

/** Opens an existing store for questions only, also while a hub writes to it. Throws a {@link StoreError}. */
export function openReader(location: string): SqliteReader {
  const path = fileOf(location);
  if (!existsSync(path)) throw new StoreError("cannot_open", `There is no event store at ${path}.`);
  return new SqliteReader(path);
}

/** Where what was made of a store's events lies, so that it need not be made again: beside them, as it goes and stays with them. */
export function snapshotPathOf(location: string): string {
  return `${fileOf(location)}-snapshot`;
}

/** The SQLite file that a location means. */
function fileOf(location: string): string {
  // The location itself is not repeated: such an address may hold a password.
  if (/^postgres(ql)?:/i.test(location)) {
    throw new StoreError(
      "cannot_open",
      "PostgreSQL is not supported yet: give a folder or a file, such as .crowsnest, for SQLite.",
    );
  }
  if (location.trim() === "" || location === ":memory:" || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new StoreError("cannot_open", "An event store is a folder or a file, such as .crowsnest or events.db.");
  }
  const path = resolve(location);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? !/\.(db|sqlite3?)$/i.test(path);
  return isFolder ? join(path, FILE_NAME) : path;
}
