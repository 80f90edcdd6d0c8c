import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, type PublishAnswer, type PublishRequest, type WatchAnswer, type WatchRequest } from "./protocol.ts";

export interface SceneOptions {
  readonly server: "hub-server.ts" | "stream-server.ts" | "naive-server.ts";
  readonly path: string;
  readonly clients: number;
}

export interface Measured extends PublishAnswer, WatchAnswer {
  /** Events that some client did not get. */
  readonly lost: number;
}

const WARM_UP: PublishRequest = { perSecond: 200, seconds: 1 };
/** How long nothing has to come before nothing more is waited for. */
const SETTLE_MILLIS = 1_000;

/** One server and its clients, each side in a process of its own. */
export class Scene {
  readonly #server: ChildProcess;
  readonly #clients: ChildProcess;
  readonly #folder: string;
  readonly #options: SceneOptions;

  private constructor(options: SceneOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#server = start(options.server, this.#folder);
    this.#clients = start("clients.ts", this.#folder);
  }

  /** Both sides are up, connected, and warm. */
  static async open(options: SceneOptions): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), "crowsnest-bench-"));
    await rehearse(options, folder);
    const scene = new Scene(options, folder);
    const port = await ask<number>(scene.#server, "port");
    const { path, clients } = options;
    await ask(scene.#clients, { port, path, clients } satisfies WatchRequest);
    await scene.measure(WARM_UP);
    return scene;
  }

  async measure(request: PublishRequest): Promise<Measured> {
    const published = await ask<PublishAnswer>(this.#server, request);
    const watched = await this.#readAll(published.published * this.#options.clients);
    return { ...published, ...watched, lost: published.published * this.#options.clients - watched.received };
  }

  /** Waits until the clients have everything, or nothing comes any more: what is on its way is late, and not lost. */
  async #readAll(wanted: number): Promise<WatchAnswer> {
    let all: WatchAnswer = { received: 0, gaps: 0, latenciesMillis: [] };
    for (;;) {
      await sleep(SETTLE_MILLIS);
      const { received, gaps, latenciesMillis } = await ask<WatchAnswer>(this.#clients, "report");
      all = {
        received: all.received + received,
        gaps: all.gaps + gaps,
        latenciesMillis: [...all.latenciesMillis, ...latenciesMillis],
      };
      if (all.received >= wanted || received === 0) return all;
    }
  }

  async close(): Promise<void> {
    for (const child of [this.#clients, this.#server]) {
      child.kill();
      await once(child, "exit");
    }
    rmSync(this.#folder, { recursive: true });
  }
}

/**
 * Starts the server once before: its TypeScript is then translated and lies in Node's cache, so that the server that is measured does
 * not hold Node's translator, which takes some 18 MB and which an installed hub never loads.
 */
async function rehearse({ server }: SceneOptions, folder: string): Promise<void> {
  const child = start(server, folder);
  await ask<number>(child, "port");
  child.disconnect();
  await once(child, "exit");
}

/** Each has a folder of its own for what it keeps. */
function start(script: string, folder: string): ChildProcess {
  const data = mkdtempSync(join(folder, "data-"));
  return fork(join(import.meta.dirname, script), [data], { env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") } });
}

/** Opens a scene, does something with it, and closes it. */
export async function inScene<Result>(options: SceneOptions, work: (scene: Scene) => Promise<Result>): Promise<Result> {
  const scene = await Scene.open(options);
  try {
    return await work(scene);
  } finally {
    await scene.close();
  }
}
