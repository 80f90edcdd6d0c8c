import { type Request, type Response, Router } from "express";
import { DecodeError } from "../../integrations/otlp/decode-error.ts";
import type { SpanTranslator } from "../../integrations/spans/translate.ts";
import { StoreError } from "../../store/event-store.ts";
import type { EventsIntake } from "./events-router.ts";
import { contentTypeOf, formatOf, type OtlpFormat, type Signal } from "./otlp-format.ts";
import { type Taken, takeLogs, takeTraces } from "./otlp-take.ts";
import { openBody, RequestError, readBytes } from "./read-body.ts";

/** Largest body, after decompression. */
const MAX_BODY_BYTES = 16 * 1_024 * 1_024;
/** Most bytes of all bodies together that are held in memory; whoever comes then is asked to come again. */
const MAX_HELD_BYTES = 128 * 1_024 * 1_024;
const RETRY_AFTER_SECONDS = 1;

/** What an answer's HTTP status is among gRPC's codes, which OTLP's `Status` has. */
export const grpcCodes: Readonly<Record<number, number>> = { 400: 3, 413: 8, 415: 3, 429: 8, 500: 13, 503: 14 };

export interface OtlpDependencies {
  readonly translator: SpanTranslator;
  readonly intake: EventsIntake;
  /** A request for traces was taken; `body` is as it came, compressed as `encoding` says. */
  readonly forward?: ((request: ForwardedRequest) => void) | undefined;
}

/** A request for traces that goes on as it came. */
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
 * OTLP over HTTP, in protobuf and JSON: `POST /v1/traces`, `/v1/logs` and `/v1/metrics`. Spans become events, and are answered 200 only
 * once those are durable, and so do the log events of Claude Code. Metrics and other logs are accepted, so that exporters are content,
 * and nothing is made of them.
 */
export function createOtlpRouter(dependencies: OtlpDependencies): Router {
  const router = Router();
  const held = { bytes: 0 };
  for (const signal of ["traces", "logs", "metrics"] as const) {
    router.post(`/v1/${signal}`, (request, response) => answer(signal, request, response, dependencies, held));
  }
  return router;
}

async function answer(
  signal: Signal,
  request: Request,
  response: Response,
  dependencies: OtlpDependencies,
  held: { bytes: number },
): Promise<void> {
  const format = formatOf(request);
  let bytes = 0;
  try {
    if (format === undefined) {
      const type = contentTypeOf(request);
      throw new RequestError(415, `Content-Type is ${type}, but has to be application/x-protobuf or application/json`);
    }
    if (held.bytes > MAX_HELD_BYTES)
      throw new RequestError(429, "the hub is busy with other requests; send this one again later");
    const { body, raw } = await readBoth(request);
    bytes = body.length;
    held.bytes += bytes;
    const { rejected, message } = await take(signal, format, { request, body, raw }, dependencies);
    response
      .status(200)
      .type(format.contentType)
      .send(asBuffer(format.response(signal, rejected, message)));
  } catch (error) {
    fail(error, format, request, response);
  } finally {
    held.bytes -= bytes;
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
    dependencies.forward?.({
      body: raw,
      contentType: format.contentType,
      encoding: request.headers["content-encoding"],
      spans: taken.items,
      via: request.get(VIA_HEADER) ?? "",
    });
  }
  return taken;
}

/** Takes a decoded request, whichever way it came. Resolves once what it tells is durable. */
export async function takeSignal(signal: Signal, decoded: unknown, { translator, intake }: OtlpDependencies): Promise<Taken> {
  if (signal === "traces") return takeTraces(decoded, translator, intake);
  return signal === "logs" ? takeLogs(decoded, intake) : { items: 0, rejected: 0, message: "" };
}

/** The body decompressed, and as it came. */
async function readBoth(request: Request): Promise<{ body: Buffer; raw: Buffer }> {
  const opened = openBody(request);
  const chunks: Buffer[] = [];
  if (opened !== request) request.on("data", (chunk: Buffer) => chunks.push(chunk));
  const body = await readBytes(opened, MAX_BODY_BYTES);
  return { body, raw: opened === request ? body : Buffer.concat(chunks) };
}

function fail(error: unknown, format: OtlpFormat | undefined, request: Request, response: Response): void {
  const { status, message } = judge(error);
  if (status === 429 || status === 503) response.set("Retry-After", String(RETRY_AFTER_SECONDS));
  const code = grpcCodes[status] ?? 2;
  // What is left of the body is not read, so the connection cannot be used again.
  response.set("Connection", "close").status(status);
  if (format === undefined) response.json({ code, message });
  else response.type(format.contentType).send(asBuffer(format.status(code, message)));
  request.unpipe();
  request.resume();
}

/** Whose fault it is, as an HTTP status, and a sentence about it. */
export function judge(error: unknown): { status: number; message: string } {
  if (error instanceof RequestError) return error;
  if (error instanceof DecodeError) return { status: error.code === "too_many_parts" ? 413 : 400, message: error.message };
  if (!(error instanceof StoreError)) return { status: 500, message: "the spans could not be taken" };
  if (error.code === "queue_full")
    return { status: 429, message: "more events wait to be kept than may; send these again later" };
  return { status: 503, message: `events cannot be kept at the moment: ${error.message}` };
}

/** Bytes, so that nothing is added to the content type. */
function asBuffer(content: Uint8Array | string): Buffer {
  return typeof content === "string" ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
