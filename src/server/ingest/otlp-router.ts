import { type Request, type Response, Router } from "express";
import { answerEarly } from "./answer-early.ts";
import { BodyRoom, type Held } from "./body-room.ts";
import type { EventsIntake } from "./events-router.ts";
import { asBuffer, formatOf, type OtlpFormat, type Signal, statusIn } from "./otlp-format.ts";
import { type Taken, takeLogs, takeMetrics, takeTraces } from "./otlp-take.ts";
import { contentTypeOf, openBody, readBytes } from "./read-body.ts";
import { judge, RequestError, tooLarge } from "./request-error.ts";
import type { SpanIntake } from "./span-intake.ts";
import type { Translators } from "./translators.ts";

/** Largest body, after decompression. */
const MAX_BODY_BYTES = 16 * 1_024 * 1_024;
const RETRY_AFTER_SECONDS = 1;

export interface OtlpDependencies {
  readonly translators: Translators;
  readonly intake: EventsIntake;
  /** Lets spans wait for those around them. @default none waits */
  readonly spans?: SpanIntake | undefined;
  /** For bodies, by HTTP and by gRPC together. @default one of its own */
  readonly room?: BodyRoom | undefined;
  /** So many spans, records or points told nothing of agents. */
  readonly ignored?: ((signal: Signal, count: number) => void) | undefined;
  /** A request for traces was taken; its `body` is as it came, compressed as `encoding` says, and `message` what that unpacks to. */
  readonly forward?: ((request: ForwardedRequest, message: Buffer) => void) | undefined;
}

/** A request for traces that goes on. */
export interface ForwardedRequest {
  readonly body: Buffer;
  readonly contentType: string;
  readonly encoding: string | undefined;
  readonly spans: number;
  /** Hubs that it has passed already. */
  readonly via: string;
}

/** Says which hubs a request has passed, so that it never goes round in a circle. */
export const VIA_HEADER = "crowsnest-via";

/**
 * OTLP over HTTP, in protobuf and JSON: `POST /v1/traces`, `/v1/logs` and `/v1/metrics`. Spans, log events of Claude Code and known metrics
 * become events, and are answered 200 only once those are durable. Everything else is accepted, so that exporters are content, and counted.
 */
export function createOtlpRouter(dependencies: OtlpDependencies): Router {
  const router = Router();
  const room = dependencies.room ?? new BodyRoom();
  for (const signal of ["traces", "logs", "metrics"] as const) {
    router.post(`/v1/${signal}`, async (request, response) => {
      const held = room.enter();
      await answer(signal, request, response, dependencies, held);
      held.release();
    });
  }
  return router;
}

async function answer(
  signal: Signal,
  request: Request,
  response: Response,
  dependencies: OtlpDependencies,
  held: Held,
): Promise<void> {
  const format = formatOf(request);
  try {
    if (format === undefined) {
      const type = contentTypeOf(request);
      throw new RequestError(415, `Content-Type is ${type}, but has to be application/x-protobuf or application/json`);
    }
    const { body, raw } = await readBoth(request, held);
    const { rejected, message } = await take(signal, format, { request, body, raw }, dependencies);
    response
      .status(200)
      .type(format.contentType)
      .send(asBuffer(format.response(signal, rejected, message)));
  } catch (error) {
    fail(error, format, request, response);
  }
}

interface Read {
  readonly request: Request;
  readonly body: Buffer;
  readonly raw: Buffer;
}

async function take(
  signal: Signal,
  format: OtlpFormat,
  { request, body, raw }: Read,
  dependencies: OtlpDependencies,
): Promise<Taken> {
  const taken = await takeSignal(signal, format.read(signal, body), dependencies);
  if (signal === "traces") {
    const { contentType } = format;
    const encoding = request.headers["content-encoding"];
    const via = request.get(VIA_HEADER) ?? "";
    dependencies.forward?.({ body: raw, contentType, encoding, spans: taken.items, via }, body);
  }
  return taken;
}

const takers = { traces: takeTraces, logs: takeLogs, metrics: takeMetrics } as const satisfies Record<Signal, unknown>;
type Taker = (decoded: unknown, translators: Translators, intake: EventsIntake, spans?: SpanIntake) => Promise<Taken>;

/** Takes a decoded request, whichever way it came. Resolves once what it tells is durable. */
export async function takeSignal(signal: Signal, decoded: unknown, dependencies: OtlpDependencies): Promise<Taken> {
  const { translators, intake, spans } = dependencies;
  const taker: Taker = takers[signal];
  const taken = await taker(decoded, translators, intake, spans);
  if (taken.ignored > 0) dependencies.ignored?.(signal, taken.ignored);
  return taken;
}

/** The body decompressed, and as it came. */
async function readBoth(request: Request, held: Held): Promise<{ body: Buffer; raw: Buffer }> {
  const opened = openBody(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    try {
      // What is compressed may be larger than what it unpacks to, and go on for ever without unpacking to anything.
      if (bytes > MAX_BODY_BYTES) throw tooLarge("the body", MAX_BODY_BYTES);
      held.grow(chunk.length);
    } catch (error) {
      opened.destroy(error as Error);
    }
  };
  if (opened !== request) request.on("data", keep);
  try {
    const body = await readBytes(opened, MAX_BODY_BYTES, held);
    return { body, raw: opened === request ? body : Buffer.concat(chunks) };
  } finally {
    request.off("data", keep);
  }
}

function fail(error: unknown, format: OtlpFormat | undefined, request: Request, response: Response): void {
  const { status, message } = judge(error, "spans");
  if (status === 429 || status === 503) response.set("Retry-After", String(RETRY_AFTER_SECONDS));
  const { contentType, body } = statusIn(format, status, message);
  response.status(status).type(contentType);
  answerEarly(request, response, body);
}
