import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { issueText } from "../../events/issue-text.ts";
import { exportInThread } from "../../export/export-in-thread.ts";
import type { ExportStep } from "../../export/export-job.ts";
import { type Format, formatNames, formats } from "../../export/formats.ts";
import { withoutEmpty } from "./parameters.ts";
import { badParameters, Problem, problemOf, sendProblem } from "./problem.ts";
import { aPeriod, selectionOf, selectionParameters } from "./selection.ts";

export interface ExportOptions {
  /** Where the store is; exports read it on connections of their own. */
  readonly location: string;
  readonly version: string;
}

/** Each has a thread. */
const MAX_EXPORTS = 2;
/** How long a client may take nothing before its export is given up. */
const STALL_MILLIS = 60_000;
const RETRY_AFTER_SECONDS = 10;

export const exportParameters = z.strictObject({
  format: z.enum(formatNames).default("jsonl"),
  ...selectionParameters,
  escapeFormulas: z
    .enum(["true", "false"])
    .default("false")
    .describe("CSV only: puts an apostrophe before text that a spreadsheet would run as a formula."),
});

/**
 * `GET /api/export`: the selected events as a file, written as fast as the client takes it. What goes wrong once the file has begun
 * ends the connection in the middle of it, so that half a file is never taken for a whole one.
 */
export function createExportRouter(options: ExportOptions): Router {
  const router = Router();
  let running = 0;
  router.get("/api/export", async (request, response) => {
    if (running >= MAX_EXPORTS) return refuse(response);
    running += 1;
    try {
      await sendExport(request, response, options);
    } finally {
      running -= 1;
    }
  });
  return router;
}

async function sendExport(request: Request, response: Response, { location, version }: ExportOptions): Promise<void> {
  const query = aPeriod(exportParameters).safeParse(withoutEmpty(request.query), { error: issueText });
  if (!query.success) return sendProblem(response, badParameters(query.error));
  const { format, escapeFormulas, ...selected } = query.data;
  const csv = { escapeFormulas: escapeFormulas === "true" };
  const steps = exportInThread({ location, version, format, ...csv, selection: selectionOf(selected) });
  let first: IteratorResult<ExportStep, void>;
  try {
    first = await steps.next();
  } catch (error) {
    return sendProblem(response, problemOf(error));
  }
  response.setTimeout(STALL_MILLIS, () => response.destroy());
  response.set({
    "Content-Type": formats[format].contentType,
    "Content-Disposition": `attachment; filename="${fileName(format)}"`,
    "Cache-Control": "no-store",
  });
  if (request.method === "HEAD") {
    response.end();
    await steps.return();
    return;
  }
  try {
    await pipeline(Readable.from(bytesOf(first, steps), { objectMode: false }), response);
  } catch {
    // The client went away, or was cut off; either way there is nobody left to tell.
  } finally {
    // A client that had gone before the first bytes has nobody read them, and then nobody else ends the thread.
    await steps.return();
  }
}

async function* bytesOf(first: IteratorResult<ExportStep, void>, rest: AsyncIterable<ExportStep>): AsyncGenerator<Uint8Array> {
  if (first.value !== undefined) yield first.value.bytes;
  for await (const { bytes } of rest) yield bytes;
}

function refuse(response: Response): void {
  response.set("Retry-After", String(RETRY_AFTER_SECONDS));
  sendProblem(
    response,
    new Problem(503, `${MAX_EXPORTS} exports are under way, which is the most; try again when one has ended`),
  );
}

/** `crowsnest-events-20261120T120000Z.csv` */
function fileName(format: Format): string {
  const moment = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `crowsnest-events-${moment}.${formats[format].extensions[0]}`;
}
