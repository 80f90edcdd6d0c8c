import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** What is wrong with a request, for whoever sent it. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "RequestError";
    this.status = status;
  }
}

/** The request's body, decompressed. The stream fails with a {@link RequestError} where it is cut short or broken. */
export function openBody(request: IncomingMessage): Readable {
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding === "identity") return request;
  const decompressor = decompressorOf(encoding);
  if (decompressor === undefined)
    throw new RequestError(415, `Content-Encoding is ${encoding}, but has to be gzip, deflate, br or identity`);
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
export async function readText(body: Readable, maxBytes: number): Promise<string> {
  return decode(await readBytes(body, maxBytes));
}

/** Reads a whole body. Limits count after decompression, so that a small request cannot become a large one in memory. */
export async function readBytes(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(body)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge("the body", maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads a body line by line, without ever holding more than one line and what has just arrived. Empty lines are passed over. */
export async function* readLines(body: Readable, maxLineBytes: number): AsyncIterableIterator<{ number: number; text: string }> {
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of readChunks(body)) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = rest.length === 0 ? chunk.subarray(from, end) : Buffer.concat([rest, chunk.subarray(from, end)]);
      rest = Buffer.alloc(0);
      from = end + 1;
      number += 1;
      if (line.length > maxLineBytes) throw tooLarge(`line ${number}`, maxLineBytes);
      const text = decode(line).trim();
      if (text !== "") yield { number, text };
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > maxLineBytes) throw tooLarge(`line ${number + 1}`, maxLineBytes);
  }
  const text = decode(rest).trim();
  if (text !== "") yield { number: number + 1, text };
}

async function* readChunks(body: Readable): AsyncIterableIterator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, `the body cannot be read (${error instanceof Error ? error.message : "unknown error"})`);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws RequestError where the bytes are no UTF-8 */
export function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RequestError(400, "the body is not valid UTF-8");
  }
}

function tooLarge(what: string, maxBytes: number): RequestError {
  return new RequestError(413, `${what} is larger than ${maxBytes} bytes (after decompression)`);
}
