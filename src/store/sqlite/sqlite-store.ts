import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { AgentEvent, StoredEvent } from "../../events/types.ts";
import type { StoreStats } from "../event-store.ts";
import {
  type AppendResult,
  type EventPage,
  type EventQuery,
  type EventStore,
  type Retention,
  StoreError,
} from "../event-store.ts";
import { checkRetention, retentionMillis } from "../retention.ts";
import type { EventColumns } from "./encode.ts";
import { GroupCommit } from "./group-commit.ts";
import { eventOf } from "./reader.ts";
import type { EventRow, SqliteRows } from "./rows.ts";
import { ThreadClient } from "./thread-client.ts";
import { ThreadOnDemand } from "./thread-on-demand.ts";
import type { Kept, SqliteWriter } from "./writer.ts";

export interface SqliteStoreOptions {
  /** How long events are kept, in days by family. @default 30, and 90 for research, decisions, trouble and journeys */
  readonly retention?: Retention;
  /** Most events that wait for a commit; an append beyond it is refused. @default 100_000 */
  readonly maxPendingEvents?: number;
  /** Longest JSON of one event, in characters; a longer one is rejected. @default 1_048_576 */
  readonly maxEventChars?: number;
  /** Hears of every commit. */
  readonly onCommit?: (commit: CommitReport) => void;
}

export interface CommitReport {
  /** Events that were new. */
  readonly events: number;
  /** Time the transaction took, the sync to disk included. */
  readonly durationSeconds: number;
}

export interface SqliteStoreDependencies {
  /** Starts the thread that a script runs in. */
  readonly startThread?: (script: URL, path: string) => Worker;
  /** How long nothing has to be read before the thread that reads ends; the next question starts another, in some 50 ms. @default 60_000 */
  readonly readerIdleMillis?: number;
}

/** Events in one commit at most, about 50 ms of work; an append that is larger still is one commit. */
const MAX_GROUP_EVENTS = 5_000;
/** JSON that waits for a commit at most, in characters. */
const MAX_PENDING_CHARS = 128 * 1_024 * 1_024;
/** Events deleted in one transaction, some ten milliseconds of work. */
const PRUNE_SLICE_EVENTS = 500;
/** Events parsed in one go, some two milliseconds of work. */
const PARSE_SLICE_EVENTS = 500;
const READER_IDLE_MILLIS = 60_000;
/**
 * What passes through a thread is short-lived. V8 would let its young generation grow to 64 MB or more, which makes neither commits nor
 * reading faster.
 */
const MAX_YOUNG_MB = 12;

/**
 * The event store in one SQLite file. Everything that blocks is in two threads: one writes, one reads. This side gathers appends
 * into groups and parses answers; it never waits for a disk.
 */
export class SqliteEventStore implements EventStore {
  readonly #path: string;
  readonly #retention: Retention;
  readonly #capacity: number;
  readonly #onCommit: SqliteStoreOptions["onCommit"];
  readonly #startThread: (script: URL, path: string) => Worker;
  readonly #groups: GroupCommit;
  readonly #reader: ThreadOnDemand<SqliteRows>;
  #writer: ThreadClient<SqliteWriter> | undefined;
  #pruning: Promise<number> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(path: string, options: SqliteStoreOptions, dependencies: SqliteStoreDependencies) {
    checkRetention(options.retention ?? {});
    this.#path = path;
    this.#retention = options.retention ?? {};
    this.#capacity = positive("maxPendingEvents", options.maxPendingEvents ?? 100_000);
    this.#onCommit = options.onCommit;
    this.#startThread = dependencies.startThread ?? startThread;
    this.#reader = new ThreadOnDemand(
      () => new ThreadClient(this.#startThread(scriptOf("reader-thread"), this.#path), "reader", "read_failed"),
      dependencies.readerIdleMillis ?? READER_IDLE_MILLIS,
    );
    const limits = {
      capacity: this.#capacity,
      capacityChars: MAX_PENDING_CHARS,
      maxEventChars: positive("maxEventChars", options.maxEventChars ?? 1_048_576),
      maxGroupEvents: MAX_GROUP_EVENTS,
    };
    this.#groups = new GroupCommit(limits, (columns, receivedUnixMillis) => this.#commit(columns, receivedUnixMillis));
  }

  /** Opens the file, or makes it; the folder must exist. Rejects with a {@link StoreError} that says what to do. */
  static async open(
    path: string,
    options: SqliteStoreOptions = {},
    dependencies: SqliteStoreDependencies = {},
  ): Promise<SqliteEventStore> {
    const store = new SqliteEventStore(path, options, dependencies);
    await store.#write().opened;
    return store;
  }

  get queue(): { readonly depth: number; readonly capacity: number } {
    return { depth: this.#groups.depth, capacity: this.#capacity };
  }

  async append(events: readonly AgentEvent[]): Promise<AppendResult> {
    this.#refuseIfClosed();
    return this.#groups.append(events);
  }

  async query(query: EventQuery): Promise<EventPage> {
    this.#refuseIfClosed();
    const { rows, ...next } = await this.#reader.client.call("rows", query);
    return { events: await parse(rows), ...next };
  }

  async stats(): Promise<StoreStats> {
    this.#refuseIfClosed();
    return this.#reader.client.call("stats");
  }

  async prune(nowUnixMillis: number): Promise<number> {
    this.#refuseIfClosed();
    this.#pruning ??= this.#prune(nowUnixMillis).finally(() => {
      this.#pruning = undefined;
    });
    return this.#pruning;
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    await this.#groups.flush();
    // The writer last: whoever lets go of the file last tidies the write-ahead log away, and only the writer may.
    await this.#reader.close();
    await this.#writer?.close();
  }

  async #commit(columns: EventColumns, receivedUnixMillis: number): Promise<Kept> {
    const kept = await this.#write().call("append", columns, receivedUnixMillis);
    try {
      this.#onCommit?.({ events: columns.id.length - kept.duplicates.length, durationSeconds: kept.durationSeconds });
    } catch {
      // The events are kept; a listener that throws must not have their sender told otherwise.
    }
    return kept;
  }

  async #prune(nowUnixMillis: number): Promise<number> {
    let deleted = 0;
    for (const type of await this.#write().call("types")) {
      const receivedBeforeUnixMillis = nowUnixMillis - retentionMillis(type, this.#retention);
      const slice = { type, receivedBeforeUnixMillis, limit: PRUNE_SLICE_EVENTS };
      let deletedInSlice: number;
      do {
        if (this.#closing !== undefined) return deleted;
        // One call per slice: commits that came meanwhile stand in the writer's line before the next one.
        deletedInSlice = await this.#write().call("pruneSlice", slice);
        deleted += deletedInSlice;
      } while (deletedInSlice > 0);
    }
    return deleted;
  }

  /** The writer's thread; a new one where the last one crashed. */
  #write(): ThreadClient<SqliteWriter> {
    if (this.#writer === undefined || this.#writer.ended) {
      this.#writer = new ThreadClient(this.#startThread(scriptOf("writer-thread"), this.#path), "writer", "write_failed");
    }
    return this.#writer;
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw new StoreError("closed", "The event store is closed.");
  }
}

/** A script beside this file, in whichever language this file itself runs: sources in tests, JavaScript once built. */
function scriptOf(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
}

function startThread(script: URL, path: string): Worker {
  // The host's own flags are not for our threads: a module that it preloads would run there once more.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const resourceLimits = { maxYoungGenerationSizeMb: MAX_YOUNG_MB };
  return new Worker(script, { workerData: path, execArgv: [], env, resourceLimits, name: "crowsnest store" });
}

async function parse(rows: readonly EventRow[]): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let from = 0; from < rows.length; from += PARSE_SLICE_EVENTS) {
    if (from > 0) await nextTurn();
    for (const row of rows.slice(from, from + PARSE_SLICE_EVENTS)) events.push(eventOf(row));
  }
  return events;
}

function positive(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${option} takes a whole number above 0, not ${value}.`);
  return value;
}
