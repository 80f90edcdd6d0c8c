import { parentPort, workerData } from "node:worker_threads";
import { serve } from "./thread-server.ts";
import { SqliteWriter } from "./writer.ts";

/** How often the write-ahead log is merged into the file. */
const CHECKPOINT_INTERVAL_MILLIS = 1_000;

if (parentPort !== null) {
  const writer = serve(parentPort, () => new SqliteWriter(String(workerData)));
  if (writer !== undefined) setInterval(() => writer.checkpoint(), CHECKPOINT_INTERVAL_MILLIS).unref();
}
