import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Held } from "./body-room.ts";
import { RequestError, tooLarge } from "./request-error.ts";

/** A request's body, decompressed; a decompressor counts the compressed bytes that it has taken. */
export type OpenedBody = Readable & { readonly bytesWritten?: number };

/** What a compressed body may unpack to without being looked at more closely. */
const UNSUSPICIOUS_BYTES = 32 * 1_024 * 1_024;
/** How many times its size a compressed body may unpack to beyond that. Events as text come to some 20 times, bombs to 1,000. */
const MAX_RATIO = 200;

/** What the body is said to be, without parameters. */
export function contentTypeOf({ headers }: IncomingMessage, otherwise = ""): string {
  return (headers["content-type"] ?? otherwise).split(";")[0]?.trim().toLowerCase() ?? "";
}

/** The request's body, decompressed. The stream fails with a {@link RequestError} where it is cut short or broken. */
export function openBody(request: IncomingMessage): OpenedBody {
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding === "identity") return request;
  const decompressor = decompressorOf(encoding);
  if (decompressor === undefined)
    throw new RequestError(415, `Content-Encoding is ${encoding}, but has to be gzip, deflate, br or identity`);
  // Whoever reads the body is told by reading. Where nobody does, as the request was refused before, an error must not end the process.
  decompressor.on("error", () => undefined);
  // Whoever goes away in the middle leaves a stream that is cut short, which the decompressor would wait on for ever.
  request.once("error", (error) => decompressor.destroy(error));
  request.once("close", () => {
    if (!request.complete) decompressor.destroy(new RequestError(400, "the request was cut short"));
  });
  return request.pipe(decompressor);
}

function decompressorOf(encoding: string) {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "deflate") return createInflate();
  return encoding === "br" ? createBrotliDecompress() : undefined;
}

/** Reads a whole body as text. */
export async function readText(body: OpenedBody, maxBytes: number, held?: Held): Promise<string> {
  return decode(await readBytes(body, maxBytes, held));
}

/** Reads a whole body. Limits count after decompression, so that a small request cannot become a large one in memory. */
export async function readBytes(body: OpenedBody, maxBytes: number, held?: Held): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(body)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge("the body", maxBytes);
    held?.grow(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as it arrives. Whoever stops reading leaves a request as it is, and lets go of a decompressor. */
export async function* readChunks(body: OpenedBody): AsyncIterableIterator<Buffer> {
  let bytes = 0;
  try {
    // A request that is destroyed takes its connection along, and then there is nobody to answer.
    for await (const chunk of body.iterator({ destroyOnReturn: body.bytesWritten !== undefined })) {
      bytes += (chunk as Buffer).length;
      if (bytes > UNSUSPICIOUS_BYTES && bytes > (body.bytesWritten ?? bytes) * MAX_RATIO) {
        throw new RequestError(413, `the body unpacks to more than ${MAX_RATIO} times its size`);
      }
      yield chunk as Buffer;
    }
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, `the body cannot be read (${error instanceof Error ? error.message : "unknown error"})`);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws RequestError where the bytes are no UTF-8 */
export function decode(bytes: Uint8Array, what = "the body "): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RequestError(400, `${what}is not valid UTF-8`);
  }
}
