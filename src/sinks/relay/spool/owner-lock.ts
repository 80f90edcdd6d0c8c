import { existsSync, rmSync } from "node:fs";
import { connect, engineCode, type SqlDatabase } from "../../../store/sqlite/driver.ts";

/**
 * A file that one process holds for as long as it lives. Node has no locks of its own, and process ids say nothing between containers;
 * SQLite locks files by what each system has for it, which the system lets go of however the process ends.
 */
export class OwnerLock {
  readonly #path: string;
  readonly #database: SqlDatabase;

  private constructor(path: string, database: SqlDatabase) {
    this.#path = path;
    this.#database = database;
  }

  /** Undefined where another process (or another part of this one) holds it, or where it is not there and `create` is not given. */
  static take(path: string, { create }: { readonly create: boolean }): OwnerLock | undefined {
    if (!create && !existsSync(path)) return undefined;
    const database = connect(path, { timeout: 0, fileMustExist: !create });
    try {
      // Otherwise SQLite lays a file beside it for a transaction that writes nothing.
      database.pragma("journal_mode = MEMORY", { simple: true });
      database.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      database.close();
      if (engineCode(error).startsWith("SQLITE_BUSY")) return undefined;
      throw error;
    }
    const lock = new OwnerLock(path, database);
    // Whoever held it just before may have deleted it on leaving: then it is a lock that nobody else can see.
    if (existsSync(path)) return lock;
    lock.release();
    return undefined;
  }

  /** Lets go of it and leaves the file, which says that there may be something to adopt. */
  release(): void {
    this.#database.close();
  }

  /** Deletes the file while it is held, so that nobody can take it in between. */
  remove(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // Some systems do not delete what is open; the file is empty, and whoever finds it next tries again.
    }
    this.#database.close();
  }
}
