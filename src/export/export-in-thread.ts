import { Worker } from "node:worker_threads";
import { ThreadClient } from "../store/sqlite/thread-client.ts";
import type { ExportJob, ExportRequest, ExportStep } from "./export-job.ts";

/** What the thread may use of memory beside what it reads and writes; V8 would otherwise collect late rather than often. */
const LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 };

/**
 * The bytes of an export that is made in a thread of its own, so that whoever serves others meanwhile is not held up. The thread makes the next
 * bytes when they are asked for, so it is never ahead of a slow reader by more than one step. Throws StoreErrors.
 */
export async function* exportInThread(request: ExportRequest): AsyncGenerator<ExportStep, void, undefined> {
  // A script beside this file, in whichever language this file itself runs: sources in tests, JavaScript once built.
  const script = new URL(`./export-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
  // The host's own flags are not for our threads: a module that it preloads would run there once more.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = { workerData: request, execArgv: [], env, resourceLimits: LIMITS, name: "crowsnest export" };
  const thread = new ThreadClient<ExportJob>(new Worker(script, options), "export", "read_failed");
  try {
    for (;;) {
      const step = await thread.call("next");
      if (step === undefined) return;
      yield step;
    }
  } finally {
    await thread.close();
  }
}
