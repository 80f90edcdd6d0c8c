import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Face } from "crowsnest";

/** Where the team keeps what it has written, as files in a temporary folder. */
export class Workbench {
  readonly #crowsnest: Face;
  readonly #folder: string;

  private constructor(crowsnest: Face, folder: string) {
    this.#crowsnest = crowsnest;
    this.#folder = folder;
  }

  static async open(crowsnest: Face): Promise<Workbench> {
    return new Workbench(crowsnest, await mkdtemp(join(tmpdir(), "test-factory-")));
  }

  async save(name: string, state: unknown): Promise<void> {
    const startedAt = performance.now();
    const text = JSON.stringify(state);
    await writeFile(this.#pathOf(name), text);
    const data = { sizeBytes: Buffer.byteLength(text), durationSeconds: secondsSince(startedAt), store: "files" };
    this.#crowsnest.emit({ type: "state_saved", data });
  }

  async load(name: string): Promise<string> {
    const startedAt = performance.now();
    const text = await readFile(this.#pathOf(name), "utf8");
    const data = { durationSeconds: secondsSince(startedAt), sizeBytes: Buffer.byteLength(text), store: "files" };
    this.#crowsnest.emit({ type: "state_loaded", data });
    return text;
  }

  async discard(name: string): Promise<void> {
    await rm(this.#pathOf(name), { force: true });
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
