#!/usr/bin/env node
// Starts the command line on a Node that can run it. In a checkout the pinned runtime stands by for machines whose own Node
// is too old; an installed package has to ask for a newer one. Kept to syntax that old versions understand.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 15)) {
  start();
} else {
  const pinned = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  if (existsSync(pinned)) handOver(pinned);
  else fail(`crowsnest needs Node 22.15 or newer; this is Node ${process.versions.node}.`);
}

function start() {
  const main = new URL("../dist/cli/main.js", import.meta.url);
  if (!existsSync(main)) fail('crowsnest is not built yet: run "npm run build" in its folder.');
  import(main.href).then(({ run }) => run(process.argv.slice(2)));
}

/** @param {string} runtime runs this file again, in this process's place: same streams, same signals, same end. */
function handOver(runtime) {
  const child = spawn(runtime, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`crowsnest could not start ${runtime}: ${error.message}.`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
