import { setImmediate as nextTurn } from "node:timers/promises";
import { type Request, type Response, Router } from "express";
import type { AgentEvent } from "../../events/types.ts";
import { describeProblems, parseEvent } from "../../events/validate.ts";
import { readShape } from "../../integrations/shapes/read-shape.ts";
import { redactText } from "../../redaction/redact-text.ts";
import type { AppendResult } from "../../store/event-store.ts";
import { answerEarly } from "./answer-early.ts";
import { BodyRoom, type Held } from "./body-room.ts";
import { type Line, LineSplitter } from "./line-splitter.ts";
import { contentTypeOf, type OpenedBody, openBody, readChunks, readText } from "./read-body.ts";
import { judge, parseJson, RequestError } from "./request-error.ts";

/** Largest body that is read as a whole, after decompression; NDJSON is read line by line and has no such limit. */
const MAX_BODY_BYTES = 16 * 1_024 * 1_024;
/** Most events in one array. */
const MAX_ARRAY_EVENTS = 50_000;
const MAX_LINE_BYTES = 1_024 * 1_024;
/** Lines, and bytes of them, that are kept in one go while a long NDJSON body still arrives. */
const LINES_PER_BATCH = 500;
const BYTES_PER_BATCH = 1_024 * 1_024;
/** Events that are checked before other requests have their turn. */
const EVENTS_PER_TURN = 500;
/** Most refused lines that the answer describes; all are counted. */
const MAX_ERRORS_TOLD = 100;
/** Longest description of one, as the names of unknown fields are the sender's. */
const MAX_ERROR_CHARS = 500;
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
  const room = new BodyRoom();
  router.post("/v1/events", async (request, response) => {
    const answer: EventsAnswer = { accepted: 0, duplicates: 0, rejected: 0, errors: [] };
    const held = room.enter();
    try {
      for await (const batch of readBatches(request, held)) await take(batch, intake, answer);
      const nothingGood = answer.accepted + answer.duplicates === 0 && answer.rejected > 0;
      response.status(nothingGood ? 400 : 202).json(answer);
    } catch (error) {
      fail(error, answer, request, response);
    } finally {
      held.release();
    }
  });
  return router;
}

/** Places of events, counted from 1, and how to come by what stands there. */
interface Batch {
  readonly length: number;
  lineOf(index: number): number;
  /** @throws RequestError where there is nothing to be read */
  read(index: number): unknown;
}

async function* readBatches(request: Request, held: Held): AsyncIterableIterator<Batch> {
  const body = openBody(request);
  const type = contentTypeOf(request, "application/json");
  if (["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"].includes(type)) {
    yield* readNdjson(body, held);
  } else if (type === "application/json" || type.endsWith("+json")) {
    const value = parseJson(await readText(body, MAX_BODY_BYTES, held));
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.length > MAX_ARRAY_EVENTS) {
      throw new RequestError(413, `the array has more than ${MAX_ARRAY_EVENTS} events; NDJSON may have any number of lines`);
    }
    yield { length: values.length, lineOf: (index) => index + 1, read: (index) => values[index] };
  } else {
    throw new RequestError(415, `Content-Type is ${type}, but has to be application/json or application/x-ndjson`);
  }
}

async function* readNdjson(body: OpenedBody, held: Held): AsyncIterableIterator<Batch> {
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  let lines: Line[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(body)) {
    for (const line of splitter.push(chunk)) {
      lines.push(line);
      bytes += line.bytes;
      if (lines.length < LINES_PER_BATCH && bytes < BYTES_PER_BATCH) continue;
      // The next lines are read only when these are durable: a sender is never faster than the disk, and memory stays flat.
      yield batchOf(lines);
      lines = [];
      bytes = 0;
    }
    held.set(splitter.heldBytes + bytes);
  }
  lines.push(...splitter.end());
  if (lines.length > 0) yield batchOf(lines);
}

function batchOf(lines: readonly Line[]): Batch {
  return {
    length: lines.length,
    lineOf: (index) => (lines[index] as Line).number,
    read: (index) => parseLine(lines[index] as Line),
  };
}

async function take(batch: Batch, intake: EventsIntake, answer: EventsAnswer): Promise<void> {
  const events: AgentEvent[] = [];
  const lines: number[] = [];
  const defaults = { source: "unknown", nowUnixMillis: Date.now() };
  for (let index = 0; index < batch.length; index += 1) {
    if (index % EVENTS_PER_TURN === EVENTS_PER_TURN - 1) await nextTurn();
    const line = batch.lineOf(index);
    try {
      const parsed = parseEvent(readShape(batch.read(index), defaults));
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
    if (answer.errors.length < MAX_ERRORS_TOLD)
      answer.errors.push({ line, message: redactText(message).slice(0, MAX_ERROR_CHARS) });
    if (count) intake.refused(reason);
  }
}

function parseLine(line: Line): unknown {
  if ("problem" in line) throw new RequestError(400, line.problem);
  try {
    return JSON.parse(line.text);
  } catch {
    throw new RequestError(400, "is not JSON");
  }
}

function fail(error: unknown, answer: EventsAnswer, request: Request, response: Response): void {
  const { status, message } = judge(error, "events");
  if (status === 429) response.set("Retry-After", String(RETRY_AFTER_SECONDS));
  response.status(status).type("json");
  answerEarly(request, response, Buffer.from(JSON.stringify({ ...answer, error: message })));
}
