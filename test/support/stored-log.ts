import { join } from "node:path";
import { expect } from "vitest";
import type { StoredEvent } from "../../src/events/types.ts";
import { connect } from "../../src/store/sqlite/driver.ts";

/** Every event in a store's file, in order, read by other means than the hub's. The file has to be whole and its numbers gap-free. */
export function readLog(data: string): StoredEvent[] {
  const database = connect(join(data, "events.db"), { readonly: true, fileMustExist: true });
  try {
    const rows = database.prepare("SELECT seq, received_unix_millis, event FROM events ORDER BY seq").raw().all() as [
      seq: number,
      receivedUnixMillis: number,
      event: string,
    ][];
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(rows.map(([seq]) => seq)).toEqual(rows.map((_, index) => index + 1));
    return rows.map(([seq, receivedUnixMillis, event]) => ({ ...JSON.parse(event), seq, receivedUnixMillis }) as StoredEvent);
  } finally {
    database.close();
  }
}
