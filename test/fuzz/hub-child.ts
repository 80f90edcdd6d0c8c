import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const MAIN = pathToFileURL(join(import.meta.dirname, "../../src/cli/main.ts")).href;
const PROGRAM = `import(${JSON.stringify(MAIN)}).then(({ run }) => run(process.argv.slice(1)))`;

export interface HubChild {
  readonly url: string;
  /** How it ended, with its last words; undefined while it lives. */
  readonly end: string | undefined;
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A hub in a process of its own, on a free port. */
export async function startHubChild(data: string): Promise<HubChild> {
  const args = [
    "serve",
    "--port",
    "0",
    "--otlp-port",
    "off",
    "--otlp-grpc-port",
    "off",
    "--host-metrics",
    "false",
    "--data",
    data,
  ];
  const child = spawn(process.execPath, ["--eval", PROGRAM, "--", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let end: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      said = (said + chunk).slice(-10_000);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once("close", (code, signal) => {
      end = `the hub ended (${signal ?? code}): ${said}`;
      resolve();
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = /^listening (\S+)/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", look);
    void ended.then(() => reject(new Error(end)));
  });
  return {
    url,
    get end() {
      return end;
    },
    async rssBytes() {
      return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1_024;
    },
    async stop() {
      if (end === undefined) child.kill("SIGTERM");
      await ended;
    },
  };
}
