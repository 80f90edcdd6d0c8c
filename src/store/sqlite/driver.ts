import { createRequire } from "node:module";

export type SqlValue = string | number | null;

export interface SqlStatement {
  run(...values: readonly SqlValue[]): { readonly changes: number };
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
  /** Rows as arrays from now on. */
  raw(): SqlStatement;
  /** The first column alone from now on. */
  pluck(): SqlStatement;
}

/** As much of better-sqlite3 as we use; the package brings no types of its own. */
export interface SqlDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): SqlStatement;
  exec(sql: string): void;
  pragma(source: string, options: { readonly simple: true }): unknown;
  close(): void;
}

export interface ConnectOptions {
  readonly readonly?: boolean;
  readonly fileMustExist?: boolean;
  /** How long a statement waits for another connection's lock, in milliseconds. */
  readonly timeout?: number;
}

type DatabaseConstructor = new (path: string, options: ConnectOptions) => SqlDatabase;

const require = createRequire(import.meta.url);

/** Opens a connection. The native engine is loaded by the first one, so that importing a store costs nothing. */
export function connect(path: string, options: ConnectOptions): SqlDatabase {
  const Database = require("better-sqlite3") as DatabaseConstructor;
  return new Database(path, options);
}

/** SQLite's name for what went wrong, such as `SQLITE_FULL`; the system's, such as `EACCES`, where it was not SQLite. */
export function engineCode(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}
