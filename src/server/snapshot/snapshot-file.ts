import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";

/** Begins every snapshot; the last letter is the version of what follows. */
const MAGIC = Buffer.from("CROWSNAP1");
/** Before each record: its length and its checksum. */
const RECORD_HEAD_BYTES = 8;

/** What a snapshot says of one part. */
export interface PartEntry {
  readonly name: string;
  readonly version: number;
  /** The last event that is in its state. */
  readonly seq: number;
}

/** What a snapshot says of itself: an event of the store that it was made from, the last one that any part has. */
export interface SnapshotIndex {
  readonly seq: number;
  readonly id: string;
  /** In the order of their states. */
  readonly parts: readonly PartEntry[];
}

export interface Snapshot {
  readonly index: SnapshotIndex;
  readonly states: readonly Uint8Array[];
  /** Gives the memory of the states back at once; they are tens of megabytes, and V8 would leave them until it looks for garbage. */
  release(): void;
}

/** Writes a snapshot beside the one there is, and takes its place once it is whole and on disk. */
export class SnapshotWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  static async create(path: string): Promise<SnapshotWriter> {
    await removeLeftovers(path);
    const temporary = `${path}.${process.pid}.tmp`;
    // Events may be private, and so is what is made of them.
    const writer = new SnapshotWriter(path, temporary, await open(temporary, "w", 0o600));
    try {
      await writer.#append(MAGIC);
    } catch (error) {
      // A file that is left open would end the process once its handle is collected.
      await writer.abandon();
      throw error;
    }
    return writer;
  }

  async addState(state: Uint8Array): Promise<void> {
    const head = Buffer.alloc(RECORD_HEAD_BYTES);
    head.writeUInt32LE(state.byteLength, 0);
    head.writeUInt32LE(crc32(state), 4);
    await this.#append(head);
    await this.#append(state);
  }

  /** @param index of the states that were added */
  async finish(index: SnapshotIndex): Promise<void> {
    await this.addState(Buffer.from(JSON.stringify(index)));
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#temporary, this.#path);
    await syncFolder(dirname(this.#path));
  }

  /** Leaves the snapshot that there was. Never rejects: what cannot be removed goes before the next one is written. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  /** All of it, or an error: a single write to a disk that fills up takes a part, and says nothing. */
  #append(bytes: Uint8Array): Promise<void> {
    return this.#file.writeFile(bytes);
  }
}

/** Undefined where there is none. Throws where it is not whole, or not one that this version knows. */
export async function readSnapshot(path: string): Promise<Snapshot | undefined> {
  let bytes: NonSharedBuffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error("it is not a snapshot that this version knows");
  const records: Buffer[] = [];
  for (let at = MAGIC.length; at < bytes.length; ) {
    const record = recordAt(bytes, at);
    records.push(record);
    at += RECORD_HEAD_BYTES + record.length;
  }
  const index = indexOf(records.pop());
  if (index?.parts?.length !== records.length) throw new Error("its end is missing");
  return { index, states: records, release: () => release(bytes) };
}

function release(bytes: NonSharedBuffer): void {
  // Node.js may put a small file into memory that it shares with other buffers.
  if (bytes.byteLength === bytes.buffer.byteLength) bytes.buffer.transfer(0);
}

/** It stands last, so a file that was torn between two records has none. */
function indexOf(record: Buffer | undefined): SnapshotIndex | undefined {
  try {
    return record === undefined ? undefined : (JSON.parse(record.toString()) as SnapshotIndex);
  } catch {
    return undefined;
  }
}

function recordAt(bytes: Buffer, at: number): Buffer {
  const start = at + RECORD_HEAD_BYTES;
  if (start > bytes.length) throw new Error("its end is missing");
  const record = bytes.subarray(start, start + bytes.readUInt32LE(at));
  if (record.length < bytes.readUInt32LE(at)) throw new Error("its end is missing");
  if (crc32(record) !== bytes.readUInt32LE(at + 4)) throw new Error("it is damaged");
  return record;
}

/** What a crash left of others that were being written. */
async function removeLeftovers(path: string): Promise<void> {
  const names = await readdir(dirname(path));
  const leftovers = names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(".tmp"));
  for (const name of leftovers) await rm(join(dirname(path), name), { force: true });
}

/** A renamed file is there after a crash of the machine once its folder is on disk, too. Where that cannot be asked for, so be it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {}
}
