import { statSync } from "node:fs";
import { encodeCursor } from "../cursor.ts";
import { type EventQuery, StoreError, type StoreStats } from "../event-store.ts";
import type { SqlDatabase } from "./driver.ts";
import { openForReading } from "./open-database.ts";
import { LAST_SEQ } from "./schema.ts";
import { limitOf, orderOf, rangeAfterCursor, type SeqRange, selectEvents, selectRangeOfTimes } from "./select.ts";

/** `[seq, receivedUnixMillis, event as JSON]` */
export type EventRow = readonly [number, number, string];

/** A page whose events are still JSON: text crosses between threads for less than objects do. */
export interface RowPage {
  readonly rows: readonly EventRow[];
  readonly nextCursor?: string;
}

/**
 * Reads the rows of an event store on a connection of its own, which cannot write and which no writer waits for. Runs in a thread: it
 * knows nothing of the vocabulary, whose schemas would take several megabytes there. Throws {@link StoreError}s.
 */
export class SqliteRows {
  readonly #database: SqlDatabase;
  readonly #path: string;

  constructor(path: string) {
    this.#database = openForReading(path);
    this.#path = path;
  }

  rows(query: EventQuery): RowPage {
    const limit = limitOf(query);
    const range = rangeAfterCursor(query);
    return guard("Events could not be read", () => {
      const rows = this.#read(query, range, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      if (last === undefined || rows.length <= limit) return { rows: page };
      return { rows: page, nextCursor: encodeCursor(orderOf(query), last[0]) };
    });
  }

  stats(): StoreStats {
    return guard("The store could not be measured", () => {
      // The seqs have no gaps but those that pruning made: what is there need not be counted.
      const [lastSeq, pruned] = this.#database.prepare(`SELECT ${LAST_SEQ}, (SELECT events FROM pruned)`).raw().get() as [
        number,
        number,
      ];
      const files = [this.#path, `${this.#path}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
      return { events: lastSeq - pruned, lastSeq, sizeBytes: files.reduce((sum, size) => sum + size, 0) };
    });
  }

  close(): void {
    this.#database.close();
  }

  #read(query: EventQuery, range: SeqRange, limit: number): EventRow[] {
    const { first, last } = this.#narrow(query, range);
    const select = selectEvents(query, { first, last }, limit);
    return select === undefined
      ? []
      : (this.#database
          .prepare(select.text)
          .raw()
          .all(...select.values) as EventRow[]);
  }

  #narrow(query: EventQuery, range: SeqRange): SeqRange {
    const select = selectRangeOfTimes(query);
    if (select === undefined) return range;
    const [first, last] = this.#database
      .prepare(select.text)
      .raw()
      .get(...select.values) as [number | null, number | null];
    // No event lies between those moments: a range that holds nothing.
    if (first === null || last === null) return { first: 1, last: 0 };
    return { first: Math.max(first, range.first), last: Math.min(last, range.last) };
  }
}

/** Runs what reads, and says what could not be read where it throws. Throws a {@link StoreError}. */
export function guard<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new StoreError("read_failed", `${what}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}
