import { EventEmitter } from "node:events";
import { MessageChannel, type Worker } from "node:worker_threads";
import { SqliteRows } from "../../../src/store/sqlite/rows.ts";
import { serve } from "../../../src/store/sqlite/thread-server.ts";
import { SqliteWriter } from "../../../src/store/sqlite/writer.ts";

/**
 * What a store's thread does, in the test's own thread: the same messages through a real channel, where a debugger and the
 * coverage can see them.
 */
export function inProcessThread(script: URL, path: string): Worker {
  const { port1, port2 } = new MessageChannel();
  const thread = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => port1.postMessage(message),
    ref: () => port1.ref(),
    unref: () => port1.unref(),
    terminate: async () => port1.close(),
  });
  port1.on("message", (message) => thread.emit("message", message));
  port1.on("close", () => thread.emit("exit", 0));
  // A thread begins on its own time, never before its maker has had a chance to listen.
  setImmediate(() => serve(port2, () => (script.href.includes("writer") ? new SqliteWriter(path) : new SqliteRows(path))));
  return thread as unknown as Worker;
}
