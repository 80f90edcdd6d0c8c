import { parentPort, workerData } from "node:worker_threads";
import { SqliteReader } from "./reader.ts";
import { serve } from "./thread-server.ts";

if (parentPort !== null) serve(parentPort, () => new SqliteReader(String(workerData)));
