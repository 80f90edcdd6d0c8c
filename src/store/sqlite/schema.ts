import { StoreError } from "../event-store.ts";
import type { SqlDatabase } from "./driver.ts";

/** Stands in the file as `user_version`. A change of the tables adds 1 and a step that brings older files up. */
const SCHEMA_VERSION = 1;

/** "CROW", as `application_id`: tells our files from anybody else's. */
const APPLICATION_ID = 0x43_52_4f_57;

/**
 * The event as JSON, and beside it what queries ask for. `seq` is the rowid: every index carries it, so a filter by one
 * column reads its events in order without sorting. Indexes on what many events lack skip those events.
 *
 * `pruned` has one row. It holds the highest seq that was ever given away and how many events went, so that seq goes on where
 * it was after everything was pruned, and counting events needs no scan.
 */
const TABLES = `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    time_unix_millis INTEGER NOT NULL,
    received_unix_millis INTEGER NOT NULL,
    source TEXT NOT NULL,
    agent TEXT,
    session TEXT,
    workflow TEXT,
    task TEXT,
    trace TEXT,
    event TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_id ON events (id);
  CREATE INDEX events_type ON events (type);
  CREATE INDEX events_time ON events (time_unix_millis);
  CREATE INDEX events_agent ON events (agent) WHERE agent IS NOT NULL;
  CREATE INDEX events_session ON events (session) WHERE session IS NOT NULL;
  CREATE INDEX events_workflow ON events (workflow) WHERE workflow IS NOT NULL;
  CREATE INDEX events_task ON events (task) WHERE task IS NOT NULL;
  CREATE INDEX events_trace ON events (trace) WHERE trace IS NOT NULL;
  CREATE TABLE pruned (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    last_seq INTEGER NOT NULL,
    events INTEGER NOT NULL
  );
  INSERT INTO pruned VALUES (1, 0, 0);
`;

/** The highest seq ever given away. */
export const LAST_SEQ = "max(coalesce((SELECT max(seq) FROM events), 0), (SELECT last_seq FROM pruned))";

/** Throws where a file is not one that this version can work with; changes nothing. Returns whether it is still empty. */
export function checkSchema(database: SqlDatabase, path: string): "empty" | "current" {
  const { version, owner, tables } = readMarks(database);
  if (version === 0 && owner === 0 && tables === 0) return "empty";
  if (owner !== APPLICATION_ID) {
    throw new StoreError(
      "cannot_open",
      `${path} is a database, but not one of Crowsnest's: give another folder with the option data (CROWSNEST_DATA).`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      "cannot_open",
      `${path} was written by a newer Crowsnest (its schema is ${version}, this one knows up to ${SCHEMA_VERSION}): update ` +
        "Crowsnest, or give another folder with the option data (CROWSNEST_DATA).",
    );
  }
  return "current";
}

/** What tells whose file this is, as it was at one moment: another process may be making the tables between two reads. */
function readMarks(database: SqlDatabase): { version: number; owner: number; tables: number } {
  // A savepoint, since it may stand inside a transaction and alone.
  database.exec("SAVEPOINT marks");
  const version = Number(database.pragma("user_version", { simple: true }));
  const owner = Number(database.pragma("application_id", { simple: true }));
  const tables = Number(database.prepare("SELECT count(*) FROM sqlite_master").pluck().get());
  database.exec("RELEASE marks");
  return { version, owner, tables };
}

/** Makes the tables in an empty file. Where that fails, closing the connection takes back what was begun. */
export function createSchema(database: SqlDatabase, path: string): void {
  // Two processes may find the same file empty at once; the second one waits here and then finds it made.
  database.exec("BEGIN IMMEDIATE");
  if (checkSchema(database, path) === "empty") {
    database.exec(`${TABLES}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  }
  database.exec("COMMIT");
}
