import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../store/make-folder.ts";

const NEWLINE = 0x0a;

/**
 * A file of lines that is only ever appended to. It is opened anew when somebody renamed or deleted it, and begins on a new line
 * when the last one is torn, as a crash or a full disk leaves it.
 */
export class AppendFile {
  readonly path: string;
  #handle: FileHandle | undefined;
  #lastLineIsTorn = false;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the file and its folder where they are missing. */
  async open(): Promise<void> {
    makeFolder(dirname(this.path));
    // Readable as well, to look at the last byte.
    this.#handle = await open(this.path, "a+");
    this.#lastLineIsTorn = await endsInsideLine(this.#handle);
  }

  /** Appends whole lines with one write. After a rejection the file is opened anew and its end looked at. */
  async append(lines: string): Promise<void> {
    const handle = await this.#current();
    const bytes = Buffer.from(this.#lastLineIsTorn ? `\n${lines}` : lines);
    try {
      // One write of the system takes it all, unless the disk is full or a signal came.
      for (let written = 0; written < bytes.length; ) written += (await handle.write(bytes, written)).bytesWritten;
      this.#lastLineIsTorn = false;
    } catch (error) {
      await this.#letGo();
      throw error;
    }
  }

  /** Brings what was written to the disk and lets go of the file. Safe to call twice. */
  async close(): Promise<void> {
    try {
      await this.#handle?.sync();
    } finally {
      await this.#letGo();
    }
  }

  async #current(): Promise<FileHandle> {
    if (this.#handle !== undefined && !(await this.#isStillThere(this.#handle))) await this.close();
    if (this.#handle === undefined) await this.open();
    return this.#handle as FileHandle;
  }

  /** Whether the name still leads to the file that is open: log rotation from outside renames, people delete. */
  async #isStillThere(handle: FileHandle): Promise<boolean> {
    try {
      const [named, opened] = await Promise.all([stat(this.path), handle.stat()]);
      return named.ino === opened.ino && named.dev === opened.dev;
    } catch {
      return false;
    }
  }

  async #letGo(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

async function endsInsideLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}
