import { withinDeadline } from "../../bus/deadline.ts";
import { messageOf } from "../../bus/trouble.ts";
import type { StoredEvent } from "../../events/types.ts";
import type { Replayed, SnapshotPart } from "../../folds/snapshot-part.ts";
import type { EventStore } from "../../store/event-store.ts";
import { collectSoon } from "../collect-soon.ts";
import { replayStore } from "../replay.ts";
import { Position } from "./position.ts";
import { restoreParts } from "./restore.ts";
import { type PartEntry, SnapshotWriter } from "./snapshot-file.ts";
import { writePart } from "./write-part.ts";

/** So many events are applied again within half a second. */
const EVENTS_BETWEEN = 50_000;
/** Where fewer come. */
const MILLIS_BETWEEN = 600_000;
const CHECK_MILLIS = 5_000;
/** Most of the time that writing snapshots may take. */
const COST_RATIO = 0.02;

export interface SnapshotsDependencies {
  /** Where the snapshot lies. */
  readonly path: string;
  readonly store: Pick<EventStore, "query" | "stats">;
  /** Everything that is rebuilt at start. */
  readonly folds: readonly Replayed[];
  /** Hears, in a sentence, why a snapshot was not used or could not be written. */
  readonly trouble: (sentence: string) => void;
}

/**
 * Brings folds where they were before a restart: by a snapshot of their states, and by the events that were stored since. A snapshot is
 * a shortcut and nothing else: whatever is wrong with it, the store alone leads to the same, and only takes longer.
 */
export class Snapshots {
  readonly #path: string;
  readonly #store: Pick<EventStore, "query" | "stats">;
  readonly #folds: readonly Replayed[];
  readonly #parts: readonly SnapshotPart[];
  readonly #trouble: (sentence: string) => void;
  readonly #position = new Position();
  /** What the last snapshot stands for, when it was written, and when the next one may be. */
  #writtenSeq = 0;
  #writtenMillis = performance.now();
  #notBeforeMillis = 0;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** There is no more time to write. */
  #isOver = false;

  constructor({ path, store, folds, trouble }: SnapshotsDependencies) {
    this.#path = path;
    this.#store = store;
    this.#folds = folds;
    this.#parts = folds.flatMap(({ parts }) => parts);
    this.#trouble = trouble;
  }

  /** Brings every fold up to the last event of the store, which must not take any meanwhile. */
  async rebuild(): Promise<void> {
    const restoredSeq = await restoreParts(this.#path, this.#store, this.#parts, this.#trouble);
    const { lastSeq } = await this.#store.stats();
    let last: StoredEvent | undefined;
    const apply = (event: StoredEvent): void => {
      for (const fold of this.#folds) fold.replay(event);
      last = event;
    };
    await replayStore(this.#store, apply, restoredSeq);
    if (last !== undefined && last.seq >= lastSeq) {
      this.#position.moveTo(last);
      this.#writtenSeq = restoredSeq;
    } else {
      // The newest events are pruned: the next one comes after them all the same, and nothing before it is missing. A snapshot is known
      // again by its last event, and without one there is nothing to write yet.
      this.#position.moveTo({ seq: lastSeq, id: "" });
      this.#writtenSeq = lastSeq;
    }
  }

  /** From now on, snapshots are written every so often. */
  start(): void {
    this.#timer = setInterval(() => this.#check(), CHECK_MILLIS);
    this.#timer.unref();
  }

  /** Every fold has taken an event that was just stored. */
  passed(event: StoredEvent): void {
    this.#position.passed(event);
  }

  /** Writes a last snapshot, as far as there is time. Never rejects; safe to call twice. */
  async close(deadlineMillis: number): Promise<void> {
    clearInterval(this.#timer);
    const last = async (): Promise<void> => {
      await this.#writing;
      if (this.#position.seq > this.#writtenSeq) await this.write();
    };
    if (!(await withinDeadline(last(), deadlineMillis))) this.#isOver = true;
  }

  /** Writes a snapshot of how things are now. Never rejects: where it cannot be written, the one before stays. */
  write(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      // What was written, and what V8 noted about it, is as large as the states; so is what has made way in them since the last time.
      collectSoon();
    });
    return this.#writing;
  }

  #check(): void {
    const now = performance.now();
    const events = this.#position.seq - this.#writtenSeq;
    const isDue = events >= EVENTS_BETWEEN || (events > 0 && now - this.#writtenMillis >= MILLIS_BETWEEN);
    if (isDue && now >= this.#notBeforeMillis) void this.write();
  }

  async #write(): Promise<void> {
    // A state in which an event is missing would be wrong for ever after.
    if (!this.#position.isWhole) return this.#tellLost();
    let writer: SnapshotWriter | undefined;
    try {
      writer = await SnapshotWriter.create(this.#path);
      const parts: PartEntry[] = [];
      let busyMillis = 0;
      for (const part of this.#parts) {
        const written = this.#position.isWhole && !this.#isOver ? writePart(part) : undefined;
        if (written === undefined) return await writer.abandon();
        // The part stands still from here on, or is written already.
        parts.push({ name: part.name, version: part.version, seq: this.#position.seq });
        const { state, busyMillis: partMillis } = await written;
        busyMillis += partMillis;
        await writer.addState(state);
      }
      const { seq, id } = this.#position;
      await writer.finish({ seq, id, parts });
      this.#writtenSeq = seq;
      this.#writtenMillis = performance.now();
      this.#notBeforeMillis = this.#writtenMillis + busyMillis / COST_RATIO;
    } catch (error) {
      await writer?.abandon();
      // Not at once again: a full disk does not get better by trying.
      this.#notBeforeMillis = performance.now() + MILLIS_BETWEEN;
      this.#trouble(`no snapshot can be written to ${this.#path}, so the next start takes longer: ${messageOf(error)}`);
    }
  }

  #tellLost(): void {
    if (!this.#position.isLost) return;
    this.#trouble(
      "no snapshots are written, as the store has events that did not come by here: two hubs on one store do not know of each other's events",
    );
  }
}
