import { parentPort, workerData } from "node:worker_threads";
import { SqliteRows } from "./rows.ts";
import { serve } from "./thread-server.ts";

if (parentPort !== null) serve(parentPort, () => new SqliteRows(String(workerData)));
