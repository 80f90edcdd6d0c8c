import { execFileSync, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

/** Whether a program is on this machine. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface RunningServer {
  /** What it said so far. */
  said(): string;
  /** Waits for a sign that it is there. Throws, with what it said, where it ends before. */
  until(isThere: () => Promise<boolean | undefined>): Promise<void>;
}

/** Runs a server of this machine's; it ends with the test at the latest. */
export function runProgram(program: string, args: readonly string[]): RunningServer {
  const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const ended = new Promise<void>((resolve) => {
    child.once("close", resolve);
    child.once("error", (error) => {
      said += error.message;
      resolve();
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    said: () => said,
    async until(isThere) {
      let isOver = false;
      void ended.then(() => {
        isOver = true;
      });
      await until(`${program} to be there`, async () => isOver || (await isThere()));
      if (isOver) throw new Error(`${program} ended: ${said}`);
    },
  };
}
