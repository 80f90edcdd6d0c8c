import { parentPort, workerData } from "node:worker_threads";
import { serve } from "./thread-server.ts";
import { SqliteWriter } from "./writer.ts";

/**
 * How often the write-ahead log is merged into the file. Commits wait for it: at 5,000 events/s some 30 ms. Once a second it would be
 * less work in all, as pages that change often are written once, but each time some 80 ms in which nobody is told "kept".
 */
const CHECKPOINT_INTERVAL_MILLIS = 250;

if (parentPort !== null) {
  const writer = serve(parentPort, () => new SqliteWriter(String(workerData)));
  if (writer !== undefined) setInterval(() => writer.checkpoint(), CHECKPOINT_INTERVAL_MILLIS).unref();
}
