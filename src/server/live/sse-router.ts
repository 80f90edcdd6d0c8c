import { type Request, type Response, Router } from "express";
import { z } from "zod";
import type { Broadcaster } from "./broadcaster.ts";
import { catchUp, type ReadAfter } from "./catch-up.ts";
import { serverSentEvents } from "./encodings.ts";
import { compileFilter, filterSchema } from "./filter.ts";
import { type Connection, Subscriber } from "./subscriber.ts";

export interface SseOptions {
  /** Most events that wait for one watcher. */
  readonly capacity: number;
  /** @default 15_000 */
  readonly keepAliveMillis?: number;
}

export interface SseDependencies {
  readonly broadcaster: Broadcaster;
  readonly readAfter: ReadAfter;
  /** The seq before the first event that happened at or after a moment. */
  readonly seqBefore: (unixMillis: number) => Promise<number>;
}

const KEEP_ALIVE_MILLIS = 15_000;

/** `a,b` and `?x=a&x=b` are both lists. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((part) => part.split(",").filter((item) => item !== "")));

const querySchema = z.strictObject({
  event_types: list.pipe(filterSchema.shape.types.unwrap()).optional(),
  agents: list.optional(),
  workflows: list.optional(),
  sessions: list.optional(),
  services: list.optional(),
  severity: filterSchema.shape.severity,
  since: z.iso.datetime({ offset: true, error: "has to be a moment by ISO 8601, such as 2026-11-20T12:00:00Z" }).optional(),
  last_event_id: z.coerce.number().int().nonnegative().optional(),
  token: z.string().optional(),
});

/**
 * `GET /api/cato/events/stream`: server-sent events in the shape of {@link observatoryShape}, filtered by the query; from now on, or
 * from the event after `Last-Event-ID` or from the moment `since` on. A comment every 15 s keeps proxies from closing it.
 */
export function createSseRouter(options: SseOptions, dependencies: SseDependencies): Router {
  const router = Router();
  router.get("/api/cato/events/stream", (request, response) => watch(request, response, options, dependencies));
  return router;
}

async function watch(request: Request, response: Response, options: SseOptions, dependencies: SseDependencies): Promise<void> {
  const query = querySchema.safeParse(request.query);
  if (!query.success) {
    const [problem] = query.error.issues;
    response.status(400).json({ error: `${problem?.path.join(".")}: ${problem?.message}` });
    return;
  }
  const { event_types: types, since, last_event_id, token: _, ...rest } = query.data;
  const { broadcaster, readAfter, seqBefore } = dependencies;
  const filter = compileFilter({ types, ...rest });
  const lastSeq = lastEventId(request) ?? last_event_id ?? (since === undefined ? undefined : await seqBefore(Date.parse(since)));
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    Connection: "keep-alive",
    // Nginx would hold the events back until a page of them is full.
    "X-Accel-Buffering": "no",
  });
  const subscriber = new Subscriber(connectionOf(response), { capacity: options.capacity, encoding: serverSentEvents, filter });
  subscriber.notify({ type: "connected", subscriber_id: subscriber.id });
  broadcaster.add(subscriber);
  const keepAlive = setInterval(() => response.write(": keep-alive\n\n"), options.keepAliveMillis ?? KEEP_ALIVE_MILLIS);
  keepAlive.unref();
  response.on("drain", () => subscriber.drain());
  response.on("close", () => {
    clearInterval(keepAlive);
    broadcaster.remove(subscriber);
  });
  if (lastSeq === undefined) return;
  catchUp(subscriber, lastSeq, broadcaster, readAfter).catch(() => subscriber.close("what was missed cannot be read"));
}

function lastEventId(request: Request): number | undefined {
  const id = request.get("Last-Event-ID");
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

function connectionOf(response: Response): Connection {
  return {
    get backlogBytes() {
      return response.writableLength;
    },
    write(bytes) {
      if (!response.writableEnded && !response.destroyed) response.write(bytes);
    },
    taken: () =>
      new Promise((resolve) => {
        response.once("drain", resolve);
        response.once("close", resolve);
      }),
    close(reason) {
      response.end(`data: ${JSON.stringify({ type: "closed", reason })}\n\n`);
      if (response.writableLength > 0) response.destroy();
    },
  };
}
