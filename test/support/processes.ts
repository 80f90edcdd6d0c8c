import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** Resolves with how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Waits for a text on standard output. */
  saw(text: string | RegExp): Promise<RegExpMatchArray>;
}

/** Runs a program of this repository under the pinned Node; it ends with the test at the latest. */
export function runNode(args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): RunningProgram {
  const child = spawn(process.execPath, [...args], {
    cwd: options.cwd ?? root,
    // Hubs of tests that run beside each other must not meet on the ports that exporters use.
    env: {
      ...process.env,
      NODE_V8_COVERAGE: undefined,
      CROWSNEST_OTLP_PORT: "0",
      CROWSNEST_WS_PORT: "0",
      CROWSNEST_OTLP_GRPC_PORT: "0",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr?.on("data", (chunk) => {
    output.stderr += String(chunk);
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended;
  });
  return {
    child,
    output,
    ended,
    saw: (text) =>
      until(`${text} in the output (there is: ${output.stdout} ${output.stderr})`, () => output.stdout.match(text) ?? undefined),
  };
}

/** A file of this repository. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
