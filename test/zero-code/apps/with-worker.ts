import { once } from "node:events";
import { Worker } from "node:worker_threads";

// Worker threads inherit the flags of their process.
const worker = new Worker('require("node:worker_threads").parentPort.postMessage("worked")', { eval: true });
const [message] = await once(worker, "message");
console.log(`ran: ${message}`);
