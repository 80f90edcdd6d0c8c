import { isMainThread } from "node:worker_threads";
import { messageOf } from "./bus/trouble.ts";

// `node --import crowsnest/register app.js`: the app's own code waits for this. Worker threads inherit the flag, and a process has one
// Crowsnest.
if (isMainThread) {
  try {
    // Loaded here, so that also a Node which is too old for it only says so.
    const { register } = await import("./zero-code/register.ts");
    await register(() => import("./server/embedded.ts"));
  } catch (error) {
    // What an old Node lacks, it calls an error of syntax.
    const reason = error instanceof SyntaxError ? "it needs Node 22.15 or newer" : messageOf(error);
    console.warn(`crowsnest: this process runs without it: ${reason}`);
  }
}
