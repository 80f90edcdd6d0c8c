import { statSync } from "node:fs";
import { StoreError } from "../event-store.ts";
import type { SqlDatabase, SqlStatement } from "./driver.ts";
import type { EventColumns } from "./encode.ts";
import { openForWriting } from "./open-database.ts";
import { LAST_SEQ } from "./schema.ts";

/** What one commit did. Small, because it crosses between threads for every group. */
export interface Kept {
  /** The seq of the first event that was new; the others follow without a gap. */
  readonly firstSeq: number;
  /** Positions of the events that were not new, ascending. */
  readonly duplicates: readonly number[];
  /** How long the transaction took, the sync to disk included. */
  readonly durationSeconds: number;
}

export interface PruneSlice {
  readonly type: string;
  /** Events received before this moment go. */
  readonly receivedBeforeUnixMillis: number;
  /** Most events looked at, so that commits wait for milliseconds at most. */
  readonly limit: number;
}

/**
 * The one connection that writes. Every method is one transaction, whole or not at all, and throws a {@link StoreError}. It
 * blocks, so it lives in a thread of its own.
 */
export class SqliteWriter {
  readonly #path: string;
  readonly #inode: number;
  readonly #database: SqlDatabase;
  readonly #begin: SqlStatement;
  readonly #commit: SqlStatement;
  readonly #rollback: SqlStatement;
  readonly #insert: SqlStatement;
  readonly #lastSeq: SqlStatement;
  readonly #delete: SqlStatement;
  readonly #notePruned: SqlStatement;
  #unmerged = false;

  constructor(path: string) {
    const database = openForWriting(path);
    this.#path = path;
    this.#inode = statSync(path).ino;
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    // The conflict is named: plain "OR IGNORE" would also swallow a seq that is taken, which is a loss and not a duplicate.
    this.#insert = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
    this.#lastSeq = database.prepare(`SELECT ${LAST_SEQ}`).pluck();
    this.#delete = database.prepare(`
      DELETE FROM events WHERE seq IN (
        SELECT seq FROM (SELECT seq, received_unix_millis FROM events WHERE type = ? ORDER BY seq LIMIT ?)
        WHERE received_unix_millis < ?)`);
    this.#notePruned = database.prepare("UPDATE pruned SET last_seq = ?, events = events + ?");
  }

  /** Keeps what is new, in the order given, in one commit. */
  append(rows: EventColumns, receivedUnixMillis: number): Kept {
    return this.#transaction("The events could not be kept", () => {
      const startedMillis = performance.now();
      this.#refuseIfMoved();
      this.#begin.run();
      // Asked of the file each time (microseconds) and not remembered: another process may have written to it.
      const firstSeq = Number(this.#lastSeq.get()) + 1;
      const duplicates: number[] = [];
      let seq = firstSeq;
      for (let row = 0; row < rows.id.length; row += 1) {
        if (this.#insertRow(seq, rows, row, receivedUnixMillis)) seq += 1;
        else duplicates.push(row);
      }
      this.#commit.run();
      this.#unmerged = true;
      return { firstSeq, duplicates, durationSeconds: (performance.now() - startedMillis) / 1_000 };
    });
  }

  #insertRow(seq: number, rows: EventColumns, row: number, receivedUnixMillis: number): boolean {
    const { changes } = this.#insert.run(
      seq,
      rows.id[row] as string,
      rows.type[row] as string,
      rows.timeUnixMillis[row] as number,
      receivedUnixMillis,
      rows.source[row] as string,
      rows.agent[row] as string | null,
      rows.session[row] as string | null,
      rows.workflow[row] as string | null,
      rows.task[row] as string | null,
      rows.trace[row] as string | null,
      rows.event[row] as string,
    );
    return changes === 1;
  }

  /** The event types that the store holds: some forty steps along the index, whatever the number of events. */
  types(): string[] {
    return this.#guard("The event types could not be read", () =>
      this.#database
        .prepare(
          `WITH RECURSIVE found (type) AS (
             SELECT min(type) FROM events
             UNION ALL SELECT (SELECT min(type) FROM events WHERE type > found.type) FROM found WHERE found.type IS NOT NULL)
           SELECT type FROM found WHERE type IS NOT NULL`,
        )
        .pluck()
        .all()
        .map(String),
    );
  }

  /**
   * Deletes what is due among the oldest `limit` events of a type, and says how many went; 0 when the type is done. That the
   * oldest by seq are the oldest by arrival holds but for a machine whose clock was set back, and then only delays them.
   */
  pruneSlice({ type, receivedBeforeUnixMillis, limit }: PruneSlice): number {
    return this.#transaction("Old events could not be deleted", () => {
      this.#begin.run();
      const lastSeq = Number(this.#lastSeq.get());
      const { changes } = this.#delete.run(type, limit, receivedBeforeUnixMillis);
      if (changes > 0) this.#notePruned.run(lastSeq, changes);
      this.#commit.run();
      this.#unmerged ||= changes > 0;
      return changes;
    });
  }

  /** Merges the write-ahead log into the file as far as readers allow, without waiting for them. Trouble is left for next time. */
  checkpoint(): void {
    if (!this.#unmerged) return;
    try {
      this.#database.pragma("wal_checkpoint(PASSIVE)", { simple: true });
      this.#unmerged = false;
    } catch {
      // A disk that is full, say: nothing is lost, the log is longer, and the next commit that fails is told.
    }
  }

  close(): void {
    this.#database.close();
  }

  /** A file that was deleted takes what is written like any other, and nobody would ever read it again. */
  #refuseIfMoved(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode) return;
    throw new Error(`${this.#path} was deleted or replaced while it was written to: put it back, or start again`);
  }

  #transaction<Result>(what: string, run: () => Result): Result {
    return this.#guard(what, () => {
      try {
        return run();
      } catch (error) {
        if (this.#database.inTransaction) this.#rollback.run();
        throw error;
      }
    });
  }

  #guard<Result>(what: string, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      throw new StoreError("write_failed", `${what}: ${error instanceof Error ? error.message : String(error)}.`, {
        cause: error,
      });
    }
  }
}
