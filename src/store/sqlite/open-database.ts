import { StoreError } from "../event-store.ts";
import { connect, engineCode, type SqlDatabase } from "./driver.ts";
import { checkSchema, createSchema } from "./schema.ts";

/** How long a statement waits for another process that holds the file, before it fails. */
const BUSY_TIMEOUT_MILLIS = 5_000;
const JOURNAL_RETRY_MILLIS = 5;
/**
 * Pages that a reading connection remembers, in KiB. It goes through the log, or to a few places in it that the system's own cache has:
 * the engine's build would hold on to 16 MB.
 */
const READER_CACHE_KIB = 2_000;
/** The write-ahead log is cut back to this once it has grown beyond it, for instance behind a reader that took long. */
const WAL_LIMIT_BYTES = 64 * 1_024 * 1_024;

/** Opens the one connection that writes; makes the file where there is none. Throws a {@link StoreError}. */
export function openForWriting(path: string): SqlDatabase {
  return guarded(
    path,
    () => connect(path, { timeout: BUSY_TIMEOUT_MILLIS }),
    (database) => {
      // Nothing is set before the file is known to be ours: journal_mode would change somebody else's for good.
      const state = checkSchema(database, path);
      const journal = setWriteAheadLog(database);
      if (journal !== "wal") {
        throw new StoreError(
          "cannot_open",
          `${path} is on a file system without the shared memory that event stores need: give a folder on a local disk with the ` +
            "option data (CROWSNEST_DATA).",
        );
      }
      // Said out loud because the engine's build defaults to NORMAL in WAL, which may lose the last commits with the power.
      database.pragma("synchronous = FULL", { simple: true });
      // The writer checkpoints on a timer of its own; an automatic one would stall whichever commit fills the log.
      database.pragma("wal_autocheckpoint = 0", { simple: true });
      database.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`, { simple: true });
      if (state === "empty") createSchema(database, path);
    },
  );
}

/**
 * Returns the journal that the file has now. Where two processes open a new file at once, SQLite refuses one of them at once
 * and waits for nobody, as both could wait for each other (https://sqlite.org/c3ref/busy_handler.html): it tries again here.
 */
function setWriteAheadLog(database: SqlDatabase): unknown {
  const deadline = performance.now() + BUSY_TIMEOUT_MILLIS;
  for (;;) {
    try {
      return database.pragma("journal_mode = WAL", { simple: true });
    } catch (error) {
      if (!engineCode(error).startsWith("SQLITE_BUSY") || performance.now() > deadline) throw error;
      // The thread has nothing else to do: it is the store's own, and has not begun.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, JOURNAL_RETRY_MILLIS);
    }
  }
}

/** Opens a connection that can only read. Throws a {@link StoreError}. */
export function openForReading(path: string): SqlDatabase {
  const open = () => connect(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MILLIS });
  return guarded(path, open, (database) => {
    if (checkSchema(database, path) === "empty") throw new StoreError("cannot_open", `There are no events in ${path} yet.`);
    database.pragma(`cache_size = -${READER_CACHE_KIB}`, { simple: true });
  });
}

function guarded(path: string, open: () => SqlDatabase, prepare: (database: SqlDatabase) => void): SqlDatabase {
  let database: SqlDatabase | undefined;
  try {
    database = open();
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof StoreError) throw error;
    throw new StoreError("cannot_open", describe(path, error), { cause: error });
  }
}

function describe(path: string, error: unknown): string {
  const code = engineCode(error);
  const elsewhere = "give another folder with the option data (CROWSNEST_DATA)";
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) {
    return `${path} is not an SQLite file, or is damaged: move it away, or ${elsewhere}.`;
  }
  if (code.startsWith("SQLITE_BUSY")) return `${path} is locked by another process: stop that one, or ${elsewhere}.`;
  // What is new in the folder, such as memory that connections share, has no room: the engine has several names for that.
  if (/^SQLITE_(FULL|IOERR_(WRITE|SHMSIZE))/.test(code)) {
    return `${path} cannot be opened as there is no room on its disk (${code}): make some, or ${elsewhere}.`;
  }
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)/.test(code)) return `${path} cannot be opened (${code}): ${elsewhere}.`;
  return `${path} cannot be opened (${error instanceof Error ? error.message : String(error)}): ${elsewhere}.`;
}
