import { parentPort, workerData } from "node:worker_threads";
import { serve } from "../store/sqlite/thread-server.ts";
import { ExportJob, type ExportRequest } from "./export-job.ts";

if (parentPort !== null) serve(parentPort, () => new ExportJob(workerData as ExportRequest));
