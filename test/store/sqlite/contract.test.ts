import { join } from "node:path";
import { openStore } from "../../../src/store/open-store.ts";
import { SqliteEventStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { eventStoreContract } from "../event-store.contract.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { inProcessThread } from "./in-process-thread.ts";

eventStoreContract("SQLite, with its threads,", () => {
  const folder = temporaryFolder();
  return (options) => openStore(folder, options);
});

eventStoreContract("SQLite, in one thread,", () => {
  const path = join(temporaryFolder(), "events.db");
  return (options) => SqliteEventStore.open(path, options, { startThread: inProcessThread });
});
