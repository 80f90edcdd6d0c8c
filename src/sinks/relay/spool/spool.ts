import { setTimeout as sleep } from "node:timers/promises";
import { Progress } from "../../../bus/progress.ts";
import { uuidv7 } from "../../../events/uuid.ts";
import { makeFolder } from "../../../store/make-folder.ts";
import { SpoolFolder } from "./folder.ts";
import { OwnerLock } from "./owner-lock.ts";
import { Segment } from "./segment.ts";

export interface SpoolOptions {
  /** Made where it is missing; several processes may share it. */
  readonly folder: string;
  /** Most bytes of events in the folder, whichever process they belong to. */
  readonly maxBytes: number;
}

export interface SpoolWatcher {
  /** So many lines are no events any more, because they were torn, or cannot be read. */
  unreadable(lines: number, cause?: unknown): void;
}

/** Some events that wait, in order, each with its newline. */
export interface SpooledBatch {
  readonly events: readonly Buffer[];
  /** The hub has answered for each of them. */
  settle(): Promise<void>;
}

/** After so much, a new file is begun: what has been sent is deleted in pieces of this size. */
const SEGMENT_BYTES = 1_024 * 1_024;
/** How often a full spool looks whether other processes have made room. */
const MEASURE_MILLIS = 1_000;
/** How often a file that cannot be read is tried again (a process may have too many open), and after which time. */
const MAX_READS = 10;
const READ_AGAIN_MILLIS = 1_000;

/**
 * Events on disk on their way to the hub. A process writes to files of its own and deletes them as they are sent; what a process leaves
 * when it dies is adopted by exactly one other, and sent before what that one adds. Nothing says how far a file was sent, so after a crash a
 * part of it is sent again: the hub knows events by their ids.
 */
export class Spool {
  readonly #folder: SpoolFolder;
  readonly #lock: OwnerLock;
  readonly #options: SpoolOptions;
  readonly #watcher: SpoolWatcher;
  /** Oldest first; sent from the front, the last may be written to. */
  readonly #segments: Segment[] = [];
  #writing: Segment | undefined;
  #lastNumber = 0;
  #foreignBytes = 0;
  /** Files that could not be read. */
  #aside = 0;
  #measuredAtMillis = Number.NEGATIVE_INFINITY;
  readonly #progress = new Progress();
  /** What changes the files stands in line. */
  #line: Promise<unknown> = Promise.resolve();
  #changed = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;

  private constructor(folder: SpoolFolder, lock: OwnerLock, options: SpoolOptions, watcher: SpoolWatcher) {
    this.#folder = folder;
    this.#lock = lock;
    this.#options = options;
    this.#watcher = watcher;
  }

  /** Opens a folder and adopts what the dead have left in it. Throws what the system says. */
  static async open(options: SpoolOptions, watcher: SpoolWatcher): Promise<Spool> {
    makeFolder(options.folder);
    for (;;) {
      const owner = uuidv7();
      const folder = new SpoolFolder(options.folder, owner);
      const lock = OwnerLock.take(folder.lockPath(owner), { create: true });
      // Somebody looked for the dead in the moment between making it and holding it.
      if (lock === undefined) continue;
      const spool = new Spool(folder, lock, options, watcher);
      await spool.adopt();
      return spool;
    }
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#segments.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Bytes of the files of this process. */
  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Keeps lines (each with its newline) as far as there is room, and says how many. Rejects where the disk does not take them; then none
   * is kept.
   */
  append(lines: readonly Buffer[]): Promise<number> {
    return this.#inLine(async () => {
      const kept = await this.#thatFit(lines);
      if (kept.length === 0) return 0;
      const segment = await this.#openSegment();
      try {
        await segment.append(Buffer.concat(kept), kept.length);
      } finally {
        if (segment.isTorn || segment.size >= this.#segmentBytes) this.#writing = undefined;
      }
      this.#took(kept.length);
      return kept.length;
    });
  }

  /** The oldest events that wait; asked again, the same, until they are settled. Waits for some; undefined once it is closed. */
  async next(): Promise<SpooledBatch | undefined> {
    let failures = 0;
    while (this.#closing === undefined) {
      const changed = this.#changed.promise;
      try {
        const batch = await this.#inLine(() => this.#read());
        if (batch !== undefined && batch.events.length > 0) return batch;
        await (batch === undefined ? changed : batch.settle());
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures < MAX_READS) await sleep(READ_AGAIN_MILLIS, undefined, { ref: false });
        else await this.#putAside(error);
      }
    }
    return undefined;
  }

  /** Resolves once everything that was kept before the call is settled. */
  drained(): Promise<void> {
    return this.#progress.caughtUp();
  }

  /** Takes over what processes have left that are gone by now. */
  adopt(): Promise<void> {
    return this.#inLine(async () => {
      const paths = await this.#folder.adopt(() => {
        this.#lastNumber += 1;
        return this.#lastNumber;
      });
      for (const path of paths) {
        // What comes now goes into a file with a higher number, so that numbers stay in the order of sending.
        this.#writing = undefined;
        try {
          const segment = await Segment.found(path);
          this.#segments.push(segment);
          this.#took(segment.waiting);
        } catch (error) {
          this.#watcher.unreadable(1, error);
        }
      }
      await this.#sweep();
    });
  }

  /** Leaves what waits to the next process. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#inLine(async () => {
      this.#took(0);
      try {
        this.#writing = undefined;
        await this.#sweep();
        await Promise.all(this.#segments.map((segment) => segment.close()));
      } finally {
        // With nothing left, there is nothing to adopt.
        if (this.#segments.length === 0 && this.#aside === 0) this.#lock.remove();
        else this.#lock.release();
      }
    });
    return this.#closing;
  }

  get #segmentBytes(): number {
    return Math.min(SEGMENT_BYTES, this.#options.maxBytes / 8);
  }

  async #openSegment(): Promise<Segment> {
    if (this.#writing !== undefined) return this.#writing;
    this.#lastNumber += 1;
    const segment = await Segment.create(this.#folder.segmentPath(this.#lastNumber));
    this.#writing = segment;
    this.#segments.push(segment);
    return segment;
  }

  async #thatFit(lines: readonly Buffer[]): Promise<readonly Buffer[]> {
    const wanted = lines.reduce((sum, { length }) => sum + length, 0);
    const now = performance.now();
    if (this.#writing === undefined || (this.#room() < wanted && now - this.#measuredAtMillis >= MEASURE_MILLIS)) {
      this.#foreignBytes = await this.#folder.foreignBytes();
      this.#measuredAtMillis = now;
    }
    let room = this.#room();
    if (room >= wanted) return lines;
    const over = lines.findIndex(({ length }) => {
      room -= length;
      return room < 0;
    });
    return lines.slice(0, over);
  }

  #room(): number {
    return this.#options.maxBytes - this.bytes - this.#foreignBytes;
  }

  async #read(): Promise<SpooledBatch | undefined> {
    const [segment] = this.#segments;
    if (segment === undefined || segment.isDone || this.#closing !== undefined) return undefined;
    const piece = await segment.read();
    let counted = false;
    return {
      events: piece.events,
      settle: () =>
        this.#inLine(async () => {
          if (counted) return;
          counted = true;
          const unreadable = piece.lines - piece.events.length;
          if (unreadable > 0) this.#watcher.unreadable(unreadable);
          segment.settle(piece);
          await this.#sweep();
          this.#progress.settleAllBut(this.waiting);
        }),
    };
  }

  #took(lines: number): void {
    for (let line = 0; line < lines; line += 1) this.#progress.take();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Lets go of what is dealt with. The file that is written to is only emptied. */
  async #sweep(): Promise<void> {
    for (let [first] = this.#segments; first?.isDone === true; [first] = this.#segments) {
      if (first === this.#writing && (await isCleared(first))) return;
      this.#segments.shift();
      try {
        await first.remove();
      } catch {
        // What cannot be deleted is sent again by whoever adopts it, and counts once all the same.
        this.#aside += 1;
      }
    }
  }

  /** A file that cannot be read must not hold up those behind it. It stays where it is, for the next process to try. */
  #putAside(cause: unknown): Promise<void> {
    return this.#inLine(async () => {
      const segment = this.#segments.shift();
      if (segment === undefined) return;
      if (segment === this.#writing) this.#writing = undefined;
      this.#aside += 1;
      this.#watcher.unreadable(segment.waiting, cause);
      await segment.close();
      this.#progress.settleAllBut(this.waiting);
    });
  }

  #inLine<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#line.then(run);
    this.#line = done.catch(() => {});
    return done;
  }
}

/** Empties a file that goes on being written to; false where that cannot be done, and another one has to follow. */
async function isCleared(segment: Segment): Promise<boolean> {
  try {
    if (segment.size > 0) await segment.clear();
    return true;
  } catch {
    return false;
  }
}
