import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server in a process of its own, so that it has a core of its own while the load comes from here. */
export interface BenchServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts `script` of this folder with an empty folder as its argument; resolves once it has told its address. */
export async function startServer(script: string, environment: NodeJS.ProcessEnv = {}): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "crowsnest-bench-"));
  const child = spawn(process.execPath, [join(import.meta.dirname, script), folder], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  const url = await firstLine(child, script);
  return {
    url,
    async close() {
      child.kill();
      await once(child, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}

/** Says where a server listens, and ends this process with the one that started it. */
export function tellUrl(url: string): void {
  process.stdout.write(`${url}\n`);
  process.stdin.on("end", () => process.exit()).resume();
}

export function tellAddress(server: Server): void {
  tellUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function firstLine(child: ChildProcess, script: string): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await Promise.race([once(lines, "line"), once(child, "exit").then(() => [undefined])])) as [string | undefined];
  if (line === undefined) throw new Error(`${script} ended before it listened`);
  return line;
}
