import type { ChildProcess } from "node:child_process";

/** What the processes of this benchmark say to each other; one answer for each request. */

export interface PublishRequest {
  readonly perSecond: number;
  readonly seconds: number;
}

/** What publishing cost the server's process. */
export interface PublishAnswer {
  readonly published: number;
  /** Processor time, of all threads. */
  readonly cpuSeconds: number;
  /** Memory of the process, four times a second. */
  readonly rssBytes: readonly number[];
}

export interface WatchRequest {
  readonly port: number;
  readonly path: string;
  readonly clients: number;
}

/** What the clients saw since the last time. */
export interface WatchAnswer {
  readonly received: number;
  /** Times that an event was not the next one. */
  readonly gaps: number;
  /** From when an event happened to when a client had it, of one event in a hundred. */
  readonly latenciesMillis: readonly number[];
}

/** Asks a process of ours and waits for its answer. */
export function ask<Answer>(child: ChildProcess, request: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null): void => reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`));
    child.once("exit", fail);
    child.once("message", (answer) => {
      child.off("exit", fail);
      resolve(answer as Answer);
    });
    child.send(request as object);
  });
}

/** Answers one request after the other, until the process that asks is gone. */
export function answer<Request>(respond: (request: Request) => Promise<unknown>): void {
  process.on("message", async (request: Request) => {
    process.send?.(await respond(request));
  });
  process.on("disconnect", () => process.exit());
}
