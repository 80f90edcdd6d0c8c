import { createClient, type RedisClientType } from "redis";
import { onTestFinished } from "vitest";
import { freePort } from "./free-port.ts";
import { isInstalled, runProgram } from "./programs.ts";
import { tempFolder } from "./temp-folder.ts";

/** Whether Redis is on this machine; `npm test` installs it where it may. */
export const hasRedis = isInstalled("redis-server");

export interface TestRedis {
  readonly url: string;
  /** Another connection, which ends with the test. */
  connect(): Promise<RedisClientType>;
  /** Writes everything to the disk and ends, as an administrator's restart has it. */
  stop(): Promise<void>;
  /** Starts it anew on the same port, with what it had. */
  start(): Promise<void>;
}

/** Debian's Redis; ends with the test. */
export async function startRedis(flags: readonly string[] = []): Promise<TestRedis> {
  const [folder, port] = [await tempFolder(), await freePort()];
  const url = `redis://127.0.0.1:${port}`;
  const connect = async () => {
    const client: RedisClientType = createClient({ url, socket: { reconnectStrategy: false } });
    client.on("error", () => {});
    await client.connect();
    onTestFinished(() => client.destroy());
    return client;
  };
  const start = async () => {
    const server = runProgram("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, ...flags]);
    await server.until(async () => server.said().includes("Ready to accept connections") || undefined);
  };
  await start();
  return {
    url,
    connect,
    start,
    async stop() {
      const client = await connect();
      // The answer is the end of the connection.
      await client.sendCommand(["SHUTDOWN", "SAVE"]).catch(() => {});
    },
  };
}
