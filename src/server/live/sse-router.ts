import { type Request, type Response, Router } from "express";
import { ZodError } from "zod";
import type { Refusal } from "../access-guard.ts";
import { badParameters, Problem, sendProblem } from "../api/problem.ts";
import type { SeqBefore } from "./catch-up.ts";
import { serverSentEvents } from "./encodings.ts";
import { compileFilter } from "./filter.ts";
import type { WatcherDependencies } from "./socket-watcher.ts";
import { SseConnection } from "./sse-connection.ts";
import { readSseQuery, type SseQuery } from "./sse-query.ts";
import { Subscriber } from "./subscriber.ts";

export interface SseOptions {
  /** Most events that wait for one watcher. */
  readonly capacity: number;
  /** @default 15_000 */
  readonly keepAliveMillis?: number;
}

export interface SseDependencies extends WatcherDependencies {
  readonly seqBefore: SeqBefore;
}

const KEEP_ALIVE_MILLIS = 15_000;

/**
 * `GET /api/cato/events/stream`: server-sent events in the shape of an observatory, filtered by the query; from now on, or from the
 * event after `Last-Event-ID`, or from the moment `since` on. A comment every 15 s keeps proxies from closing it.
 */
export function createSseRouter(options: SseOptions, dependencies: SseDependencies): Router {
  const router = Router();
  router.get("/api/cato/events/stream", async (request, response) => {
    try {
      const query = readSseQuery(request);
      const afterSeq = await afterSeqOf(query, dependencies);
      // Whoever went away in the meantime will not do so again.
      if (response.destroyed) return;
      const refusal = dependencies.broadcaster.refusal();
      if (refusal !== undefined) return refuse(response, refusal);
      watch(query, afterSeq, request, response, options, dependencies);
    } catch (error) {
      sendProblem(response, problemOf(error));
    }
  });
  return router;
}

async function afterSeqOf({ afterSeq, sinceUnixMillis }: SseQuery, { seqBefore }: SseDependencies): Promise<number | undefined> {
  return afterSeq ?? (sinceUnixMillis === undefined ? undefined : await seqBefore(sinceUnixMillis));
}

function watch(
  { filter }: SseQuery,
  afterSeq: number | undefined,
  request: Request,
  response: Response,
  { capacity, keepAliveMillis = KEEP_ALIVE_MILLIS }: SseOptions,
  { broadcaster, catchUp }: WatcherDependencies,
): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    Connection: "keep-alive",
    // Nginx would hold the events back until a page of them is full.
    "X-Accel-Buffering": "no",
  });
  if (request.method === "HEAD") return void response.end();
  const connection = new SseConnection(response);
  const subscriber = new Subscriber(connection, { capacity, encoding: serverSentEvents, filter: compileFilter(filter) });
  broadcaster.add(subscriber);
  if (afterSeq !== undefined) catchUp.start(subscriber, afterSeq);
  subscriber.notify({ type: "connected", subscriber_id: subscriber.id });
  const keepAlive = setInterval(() => connection.write(": keep-alive\n\n"), keepAliveMillis);
  keepAlive.unref();
  response.on("drain", () => subscriber.onTaken());
  response.on("error", () => undefined);
  response.on("close", () => {
    clearInterval(keepAlive);
    broadcaster.remove(subscriber);
    subscriber.onGone();
  });
}

function refuse(response: Response, { status, error, retryAfterSeconds }: Refusal): void {
  if (retryAfterSeconds !== undefined) response.set("Retry-After", String(retryAfterSeconds));
  sendProblem(response, new Problem(status, error));
}

function problemOf(error: unknown): Problem {
  return error instanceof ZodError ? badParameters(error) : new Problem(503, "events cannot be read at the moment");
}
