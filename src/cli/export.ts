import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { ConfigError, loadConfig, packageVersion } from "../config.ts";
import { issueText } from "../events/issue-text.ts";
import { dictionaryTable } from "../export/dictionary.ts";
import { exportInThread } from "../export/export-in-thread.ts";
import type { ExportRequest } from "../export/export-job.ts";
import { type Format, formatNames, formatOfName } from "../export/formats.ts";
import { aPeriod, selectionOf, selectionParameters } from "../server/api/selection.ts";
import { readConfigFile } from "../server/config-file.ts";
import { ago } from "./ago.ts";

/** Flags of `crowsnest export`, as they were written. */
export interface ExportFlags {
  readonly out?: string;
  readonly format?: string;
  readonly escapeFormulas?: boolean;
  readonly dictionary?: boolean;
  readonly config?: string;
  readonly data?: string;
  readonly store?: string;
  /** Those of {@link selectionParameters}. */
  readonly [selection: string]: unknown;
}

/** Stands for standard output. */
const STANDARD_OUTPUT = "-";

/** `crowsnest export`: events as a file for notebooks, read beside a hub that may be writing; or the columns' dictionary. */
export async function exportEvents(flags: ExportFlags): Promise<void> {
  if (flags.dictionary === true) {
    console.log(dictionaryTable());
    return;
  }
  const { out } = flags;
  if (out === undefined)
    throw new ConfigError("--out", "has to name the file to write, such as events.parquet (- is standard output)");
  const request = await requestOf(out, flags);
  if (out === STANDARD_OUTPUT) await toStandardOutput(request);
  else await toFile(request, out);
}

async function requestOf(out: string, flags: ExportFlags): Promise<ExportRequest> {
  const { data, store } = flags;
  const config = loadConfig({ options: { data, store }, spelling: "flag", file: await readConfigFile(flags.config) });
  return {
    location: locationOf(config, flags),
    version: packageVersion(),
    format: formatOf(out, flags.format),
    escapeFormulas: flags.escapeFormulas ?? false,
    selection: selectionFrom(flags),
  };
}

/** `--data` on the command line is meant, also where a file or a variable names a store. */
function locationOf({ data, store }: { readonly data: string; readonly store: string | undefined }, flags: ExportFlags): string {
  return flags.data !== undefined && flags.store === undefined ? data : (store ?? data);
}

function formatOf(out: string, named: string | undefined): Format {
  const format = named === undefined ? formatOfName(out) : formatNames.find((name) => name === named);
  if (format !== undefined) return format;
  const known = formatNames.join(", ");
  if (named !== undefined) throw new ConfigError("--format", `takes one of ${known}, but is ${JSON.stringify(named)}`);
  throw new ConfigError(
    "--out",
    `names ${out}, which does not say a format: end it in .jsonl, .csv or .parquet, or add --format`,
  );
}

function selectionFrom(flags: ExportFlags): ExportRequest["selection"] {
  const given = Object.fromEntries(Object.keys(selectionParameters).map((name) => [name, flags[name]]));
  const moments = { since: momentOf(flags.since), until: momentOf(flags.until) };
  const parsed = aPeriod(z.object(selectionParameters)).safeParse({ ...given, ...moments }, { error: issueText });
  if (parsed.success) return selectionOf(parsed.data);
  const [{ path, message } = { path: [], message: "is not right" }] = parsed.error.issues;
  throw new ConfigError(`--${String(path[0])}`, message);
}

/** `10m` ago as a moment; anything else as it is, for the schema to judge. */
function momentOf(flag: unknown): unknown {
  const longAgo = typeof flag === "string" ? ago(flag, Date.now()) : undefined;
  return longAgo === undefined ? flag : new Date(longAgo).toISOString();
}

async function toStandardOutput(request: ExportRequest): Promise<void> {
  try {
    await write(request, process.stdout);
  } catch (error) {
    // Whoever read it has seen enough, as `head` has after ten lines.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}

/** Under another name until it is whole: a file that is there is never half of one. */
async function toFile(request: ExportRequest, path: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const { events, bytes } = await write(request, createWriteStream(partial));
    await rename(partial, path);
    console.log(`wrote ${events} ${events === 1 ? "event" : "events"} to ${path} (${sizeText(bytes)})`);
  } catch (error) {
    await rm(partial, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new ConfigError("--out", `names ${path}, which cannot be written (${code})`);
  }
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

async function write(request: ExportRequest, target: Writable): Promise<{ events: number; bytes: number }> {
  const written = { events: 0, bytes: 0 };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const { bytes, events } of exportInThread(request)) {
      written.events = events;
      written.bytes += bytes.length;
      yield bytes;
    }
  }
  await pipeline(Readable.from(chunks(), { objectMode: false }), target);
  return written;
}
