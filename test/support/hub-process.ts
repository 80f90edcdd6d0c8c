import { readFile } from "node:fs/promises";
import { inRepository, type RunningProgram, runNode } from "./processes.ts";

const PROGRAM = `import(${JSON.stringify(inRepository("src/cli/main.ts"))}).then(({ run }) => run(process.argv.slice(1)))`;

export interface HubProcess {
  readonly program: RunningProgram;
  readonly url: string;
  /** Empty where it was told to do without. */
  readonly otlpUrl: string;
  readonly grpcUrl: string;
  /** From the start of the process until it listened, what it had kept before read back. */
  readonly startSeconds: number;
  /** Memory that it has now, and the most that it ever had since this was last asked. */
  memory(): Promise<{ readonly rssBytes: number; readonly peakRssBytes: number }>;
  /** Ends it as a crash does: without a word. */
  kill(): Promise<void>;
}

/** A hub in a process of its own, by the command line, with OTLP on free ports; ends with the test. */
export async function startHubProcess(data: string, args: readonly string[] = ["--port", "0"]): Promise<HubProcess> {
  const startedMillis = performance.now();
  const program = runNode(["--eval", PROGRAM, "--", "serve", "--data", data, "--host-metrics", "false", ...args]);
  const died = program.ended.then(() => {
    throw new Error(`the hub did not start: ${program.output.stderr}`);
  });
  const [line] = await Promise.race([program.saw(/^listening .+$/m), died]);
  died.catch(() => undefined);
  const startSeconds = (performance.now() - startedMillis) / 1_000;
  const { pid } = program.child;
  let peakBefore = 0;
  return {
    program,
    startSeconds,
    url: /listening (\S+)/.exec(line)?.[1] ?? "",
    otlpUrl: /(\S+) \(OTLP by HTTP\)/.exec(line)?.[1] ?? "",
    grpcUrl: /(\S+) \(OTLP by gRPC\)/.exec(line)?.[1] ?? "",
    async memory() {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
      const peak = kilobytes("VmHWM");
      const rssBytes = kilobytes("VmRSS") * 1_024;
      // The system knows the most there ever was: what is not above that of before was not since then.
      const peakRssBytes = peak > peakBefore ? peak * 1_024 : rssBytes;
      peakBefore = peak;
      return { rssBytes, peakRssBytes };
    },
    async kill() {
      program.child.kill("SIGKILL");
      await program.ended;
    },
  };
}
