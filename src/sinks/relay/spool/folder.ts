import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { OwnerLock } from "./owner-lock.ts";

const LOCK = /^([0-9a-f-]{36})\.lock$/;
const SEGMENT = /^([0-9a-f-]{36})-(\d{8})\.ndjson$/;

/** The files of a spool's folder, by the process that owns them. Files of other names are none of ours. */
export class SpoolFolder {
  readonly path: string;
  readonly #owner: string;

  constructor(path: string, owner: string) {
    this.path = path;
    this.#owner = owner;
  }

  lockPath(owner: string): string {
    return join(this.path, `${owner}.lock`);
  }

  segmentPath(number: number): string {
    return join(this.path, `${this.#owner}-${String(number).padStart(8, "0")}.ndjson`);
  }

  /** Bytes of events that belong to other processes. */
  async foreignBytes(): Promise<number> {
    const names = await readdir(this.path);
    const foreign = names.filter((name) => SEGMENT.test(name) && !name.startsWith(this.#owner));
    const sizes = await Promise.all(foreign.map((name) => sizeOf(join(this.path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /**
   * Makes the segments of processes that are gone our own, oldest first. Whoever holds the lock of a dead process is the only one to do
   * so; a crash in the middle leaves each segment with one owner or the other.
   *
   * @param nextNumber gives each the number that it has with us
   * @returns their paths
   */
  async adopt(nextNumber: () => number): Promise<string[]> {
    const adopted: string[] = [];
    const names = await readdir(this.path);
    const locked = new Set(names.flatMap((name) => LOCK.exec(name)?.[1] ?? []));
    const owners = new Set([...locked, ...names.flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])]);
    owners.delete(this.#owner);
    // Owners are named after the time of their start.
    for (const owner of [...owners].sort()) {
      const lock = takeIfAllowed(this.lockPath(owner), { create: !locked.has(owner) });
      if (lock === undefined) continue;
      try {
        for (const name of await this.#segmentsOf(owner)) {
          const path = this.segmentPath(nextNumber());
          await rename(join(this.path, name), path);
          adopted.push(path);
        }
        lock.remove();
      } catch {
        // Somebody else's, whose rights we have not: left to whoever has them.
        lock.release();
      }
    }
    return adopted;
  }

  /** Asked again once the lock is ours: somebody else may have adopted them in the meantime. */
  async #segmentsOf(owner: string): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => SEGMENT.exec(name)?.[1] === owner).sort();
  }
}

function takeIfAllowed(...[path, options]: Parameters<typeof OwnerLock.take>): OwnerLock | undefined {
  try {
    return OwnerLock.take(path, options);
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    // Sent and deleted since the folder was read.
    return 0;
  }
}
