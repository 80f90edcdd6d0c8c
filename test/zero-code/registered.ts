import { freePort } from "../support/free-port.ts";
import { inRepository, type RunningProgram, runNode } from "../support/processes.ts";
import { until } from "../support/until.ts";

const REGISTER = inRepository("src/register.ts");
/** Apps call the package by its name, and mean the sources. */
const SOURCES = inRepository("test/examples/resolve-sources.ts");

/** What `NODE_OPTIONS` or the command line needs for it. */
export const importFlags: readonly string[] = ["--import", SOURCES, "--import", REGISTER];

export interface Registered extends RunningProgram {
  /** `/metrics`, as somebody outside sees it; waits until it is there. */
  metrics(): Promise<string>;
  /** Resolves with what the app said once it has done its work. */
  ran(): Promise<string>;
}

export interface RegisteredOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs an app that knows nothing of Crowsnest under `--import crowsnest/register`; it ends with the test. */
export async function runRegistered(app: string, { args = [], env, cwd }: RegisteredOptions = {}): Promise<Registered> {
  return observed(await freePort(), (port) => runNode([...importFlags, app, ...args], { ...at(cwd), env: { ...port, ...env } }));
}

/** Runs a program that gets Crowsnest by `NODE_OPTIONS` only. */
export async function runInheriting(args: readonly string[], { env, cwd }: RegisteredOptions = {}): Promise<Registered> {
  const inherited = { NODE_OPTIONS: importFlags.join(" ") };
  return observed(await freePort(), (port) => runNode(args, { ...at(cwd), env: { ...port, ...inherited, ...env } }));
}

/** An app of the test's. */
export function appOf(name: string): string {
  return inRepository(`test/zero-code/apps/${name}`);
}

function at(cwd: string | undefined): { cwd?: string } {
  return cwd === undefined ? {} : { cwd };
}

function observed(port: number, run: (env: NodeJS.ProcessEnv) => RunningProgram): Registered {
  const program = run({
    CROWSNEST_PORT: String(port),
    CROWSNEST_TRACES: "false",
    CROWSNEST_HOST_METRICS: "false",
    OTEL_SERVICE_NAME: "app",
    // Under "test" the OpenAI Agents SDK traces nothing.
    NODE_ENV: "production",
  });
  return {
    ...program,
    async ran() {
      const [, said] = await program.saw(/^ran: (.*)$/m);
      return said ?? "";
    },
    metrics: () =>
      until("/metrics", async () => (await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined))?.text()),
  };
}
