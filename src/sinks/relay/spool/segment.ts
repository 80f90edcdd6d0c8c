import { type FileHandle, open, rm } from "node:fs/promises";
import { type Piece, readEvents } from "./read-events.ts";

/** How much of a segment is read at once; a line that is longer is read whole. */
const READ_BYTES = 256 * 1_024;
/** Beyond this there is no end of a line, but a file that is damaged. The hub takes lines of up to 1 MiB. */
const MAX_READ_BYTES = 8 * 1_024 * 1_024;
const NEWLINE = 0x0a;

/** One file of a spool: events are appended at its end and taken from its beginning. */
export class Segment {
  readonly path: string;
  #handle: FileHandle | undefined;
  #size: number;
  #done = 0;
  #waiting: number;
  #isTorn = false;

  private constructor(path: string, size: number, waiting: number) {
    this.path = path;
    this.#size = size;
    this.#waiting = waiting;
  }

  /** A new file, which must not exist yet. Only its owner may read it, as events tell what agents say. */
  static async create(path: string): Promise<Segment> {
    const segment = new Segment(path, 0, 0);
    segment.#handle = await open(path, "ax+", 0o600);
    return segment;
  }

  /** A file that is written to no more. */
  static async found(path: string): Promise<Segment> {
    const handle = await open(path, "r");
    try {
      let lines = 0;
      let size = 0;
      let last = NEWLINE;
      for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
        for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
        size += chunk.length;
        last = chunk.at(-1) ?? last;
      }
      return new Segment(path, size, last === NEWLINE ? lines : lines + 1);
    } finally {
      await handle.close();
    }
  }

  /** Bytes of whole lines. */
  get size(): number {
    return this.#size;
  }

  /** Lines that are not dealt with. */
  get waiting(): number {
    return this.#waiting;
  }

  get isDone(): boolean {
    return this.#done >= this.#size;
  }

  /** Ends in a piece of a line: nothing can be appended any more. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** Appends so many whole lines, all or none of them. */
  async append(bytes: Buffer, lines: number): Promise<void> {
    const handle = await this.#opened();
    try {
      for (let written = 0; written < bytes.length; ) written += (await handle.write(bytes, written)).bytesWritten;
    } catch (error) {
      // A disk that was full in the middle of a line leaves the beginning of it.
      await handle.truncate(this.#size).catch(() => {
        this.#isTorn = true;
      });
      throw error;
    }
    this.#size += bytes.length;
    this.#waiting += lines;
  }

  /** What comes next that is not dealt with. */
  async read(): Promise<Piece> {
    const handle = await this.#opened();
    for (let bytes = READ_BYTES; ; bytes *= 4) {
      const left = this.#size - this.#done;
      const buffer = Buffer.allocUnsafe(Math.min(bytes, left));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#done);
      const isLast = bytesRead === left || bytesRead < buffer.length || bytes >= MAX_READ_BYTES;
      const piece = readEvents(buffer.subarray(0, bytesRead), isLast);
      // Somebody cut the file: there is no more to come.
      if (bytesRead < buffer.length) this.#size = this.#done + bytesRead;
      if (piece.bytes > 0 || bytesRead === 0) return piece;
    }
  }

  /** What was read is dealt with. */
  settle({ bytes, lines }: Piece): void {
    this.#done += bytes;
    this.#waiting = this.isDone ? 0 : Math.max(0, this.#waiting - lines);
  }

  /** Empties the file, so that a crash leaves nothing that has arrived already. */
  async clear(): Promise<void> {
    await (await this.#opened()).truncate(0);
    this.#size = 0;
    this.#done = 0;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  /** Lets go of the file until it is needed again. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #opened(): Promise<FileHandle> {
    this.#handle ??= await open(this.path, "r");
    return this.#handle;
  }
}
