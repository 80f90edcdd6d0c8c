import { type Request, type Response, Router } from "express";
import type { AgentEvent } from "../../events/types.ts";
import { describeProblems, parseEvent } from "../../events/validate.ts";
import { readShape } from "../../integrations/shapes/read-shape.ts";
import { type AppendResult, StoreError } from "../../store/event-store.ts";
import { openBody, RequestError, readLines, readText } from "./read-body.ts";

/** Largest body that is read as a whole, after decompression; NDJSON is read line by line and has no such limit. */
const MAX_BODY_BYTES = 16 * 1_024 * 1_024;
const MAX_LINE_BYTES = 1_024 * 1_024;
/** Lines that are kept in one go while a long NDJSON body still arrives. */
const LINES_PER_BATCH = 500;
/** Most refused lines that the answer describes; all are counted. */
const MAX_ERRORS_TOLD = 100;
const RETRY_AFTER_SECONDS = 1;

export interface EventsIntake {
  /** Keeps events and counts the new ones. Rejects with a {@link StoreError}. */
  accept(events: readonly AgentEvent[]): Promise<AppendResult>;
  /** An event was refused; counted by its reason. */
  refused(reason: string): void;
}

/** What `POST /v1/events` answers. */
export interface EventsAnswer {
  /** Events that are durable now and were not known before. */
  accepted: number;
  /** Events that were known already: delivered again, and not counted twice. */
  duplicates: number;
  /** Events that were refused. */
  rejected: number;
  /** Why, by line of an NDJSON body or by place in an array, both counted from 1; the first hundred. */
  errors: { line: number; message: string }[];
}

/**
 * `POST /v1/events`: one event, an array of events, or NDJSON, compressed or not, in the vocabulary's shape or one of those that
 * {@link readShape} knows. 202 only once what was good is durable; what was not is told by its line and does not hold back the rest.
 */
export function createEventsRouter(intake: EventsIntake): Router {
  const router = Router();
  router.post("/v1/events", async (request, response) => {
    const answer: EventsAnswer = { accepted: 0, duplicates: 0, rejected: 0, errors: [] };
    try {
      for await (const batch of readBatches(request)) await take(batch, intake, answer);
      const nothingGood = answer.accepted + answer.duplicates === 0 && answer.rejected > 0;
      response.status(nothingGood ? 400 : 202).json(answer);
    } catch (error) {
      fail(error, answer, request, response);
    }
  });
  return router;
}

type Batch = readonly { readonly line: number; readonly read: () => unknown }[];

async function* readBatches(request: Request): AsyncIterableIterator<Batch> {
  const body = openBody(request);
  const type = (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";
  if (["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"].includes(type)) {
    yield* readNdjson(body);
  } else if (type === "application/json" || type.endsWith("+json")) {
    const value = parseBody(await readText(body, MAX_BODY_BYTES));
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    yield values.map((event, index) => ({ line: index + 1, read: () => event }));
  } else {
    throw new RequestError(415, `Content-Type is ${type}, but has to be application/json or application/x-ndjson`);
  }
}

async function* readNdjson(body: ReturnType<typeof openBody>): AsyncIterableIterator<Batch> {
  let batch: { line: number; read: () => unknown }[] = [];
  for await (const { number, text } of readLines(body, MAX_LINE_BYTES)) {
    batch.push({ line: number, read: () => parseLine(text) });
    if (batch.length < LINES_PER_BATCH) continue;
    // The next lines are read only when these are durable: a sender is never faster than the disk, and memory stays flat.
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function take(batch: Batch, intake: EventsIntake, answer: EventsAnswer): Promise<void> {
  const events: AgentEvent[] = [];
  const lines: number[] = [];
  const defaults = { source: "unknown", nowUnixMillis: Date.now() };
  for (const { line, read } of batch) {
    try {
      const parsed = parseEvent(readShape(read(), defaults));
      if ("event" in parsed) {
        events.push(parsed.event);
        lines.push(line);
      } else {
        refuse(line, parsed.reason, describeProblems(parsed.problems));
      }
    } catch (error) {
      refuse(line, "unreadable", error instanceof RequestError ? error.message : "is nested too deeply");
    }
  }
  if (events.length === 0) return;
  const { stored, duplicates, rejected } = await intake.accept(events);
  answer.accepted += stored.length;
  answer.duplicates += duplicates;
  for (const { index, reason, message } of rejected) refuse(lines[index] as number, reason, message, false);

  function refuse(line: number, reason: string, message: string, count = true): void {
    answer.rejected += 1;
    if (answer.errors.length < MAX_ERRORS_TOLD) answer.errors.push({ line, message });
    if (count) intake.refused(reason);
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, `the body is not JSON (${(error as Error).message})`);
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, "is not JSON");
  }
}

function fail(error: unknown, answer: EventsAnswer, request: Request, response: Response): void {
  const { status, message } = judge(error);
  if (status === 429) response.set("Retry-After", String(RETRY_AFTER_SECONDS));
  // What is left of the body is not read, so the connection cannot be used again.
  response
    .set("Connection", "close")
    .status(status)
    .json({ ...answer, error: message });
  request.unpipe();
  request.resume();
}

function judge(error: unknown): { status: number; message: string } {
  if (error instanceof RequestError) return error;
  if (!(error instanceof StoreError)) return { status: 500, message: "the events could not be taken" };
  if (error.code === "queue_full")
    return { status: 429, message: "more events wait to be kept than may; send these again later" };
  return { status: 503, message: `events cannot be kept at the moment: ${error.message}` };
}
