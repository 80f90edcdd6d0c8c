import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Sink } from "../bus/sink.ts";
import { messageOf } from "../bus/trouble.ts";
import type { AgentEvent } from "../events/types.ts";
import { AppendFile } from "./append-file.ts";

export interface JsonlSinkOptions {
  /** Where the files lie; made where it is missing. */
  readonly folder: string;
  /** Days that are kept; older files of this sink are deleted when a new one begins. @default all */
  readonly maxFiles?: number;
}

export interface JsonlSinkDependencies {
  readonly now?: () => number;
}

const FILE_NAME = /^events-\d{4}-\d{2}-\d{2}\.jsonl$/;

/** Appends every event as one line of JSON to `events-YYYY-MM-DD.jsonl`, a file for each day in UTC. */
export class JsonlSink implements Sink {
  readonly name = "jsonl";
  readonly #folder: string;
  readonly #maxFiles: number;
  readonly #now: () => number;
  #file: AppendFile | undefined;
  /** Writes and the close stand in line: one may be asked for while another is under way. */
  #line: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: JsonlSinkOptions, dependencies: JsonlSinkDependencies = {}) {
    this.#folder = resolve(options.folder);
    this.#maxFiles = options.maxFiles ?? Number.POSITIVE_INFINITY;
    this.#now = dependencies.now ?? Date.now;
    if (this.#maxFiles !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(this.#maxFiles) && this.#maxFiles >= 1)) {
      throw new RangeError(`maxFiles takes a whole number of days above 0, not ${this.#maxFiles}.`);
    }
  }

  /** Opens today's file, so that a folder that cannot be written to is told now and not with the first event. */
  async start(): Promise<void> {
    try {
      await this.#openFile();
    } catch (error) {
      const elsewhere = "give another one with the option jsonl (CROWSNEST_JSONL)";
      throw new Error(`The folder ${this.#folder} cannot take event files (${messageOf(error)}): ${elsewhere}.`, {
        cause: error,
      });
    }
  }

  /**
   * Appends a batch with one write. An event that cannot be written as JSON is left out and the rest is written; the rejection
   * then says how many are missing.
   */
  write(batch: readonly AgentEvent[]): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new Error("The event file is closed."));
    return this.#inLine(() => this.#append(batch));
  }

  close(): Promise<void> {
    this.#closing ??= this.#inLine(async () => {
      await this.#file?.close();
      this.#file = undefined;
    });
    return this.#closing;
  }

  async #append(batch: readonly AgentEvent[]): Promise<void> {
    const lines = batch.map(lineOf).filter((line) => line !== undefined);
    const file = await this.#openFile();
    if (lines.length > 0) await file.append(lines.join(""));
    const missing = batch.length - lines.length;
    if (missing > 0) throw new Error(`${missing} of ${batch.length} events could not be written as JSON.`);
  }

  async #openFile(): Promise<AppendFile> {
    const name = `events-${new Date(this.#now()).toISOString().slice(0, 10)}.jsonl`;
    const path = join(this.#folder, name);
    if (this.#file?.path === path) return this.#file;
    const yesterday = this.#file;
    this.#file = undefined;
    await yesterday?.close();
    const file = new AppendFile(path);
    await file.open();
    this.#file = file;
    await this.#deleteOldFiles();
    return file;
  }

  async #deleteOldFiles(): Promise<void> {
    if (this.#maxFiles === Number.POSITIVE_INFINITY) return;
    try {
      const names = (await readdir(this.#folder)).filter((name) => FILE_NAME.test(name)).sort();
      for (const name of names.slice(0, Math.max(0, names.length - this.#maxFiles))) await rm(join(this.#folder, name));
    } catch {
      // A file that cannot be deleted must not stop today's from being written; tomorrow it is tried again.
    }
  }

  #inLine(run: () => Promise<void>): Promise<void> {
    const done = this.#line.then(run);
    this.#line = done.catch(() => {});
    return done;
  }
}

function lineOf(event: AgentEvent): string | undefined {
  try {
    return `${JSON.stringify(event)}\n`;
  } catch {
    return undefined;
  }
}
