import { decode } from "./read-body.ts";
import { RequestError } from "./request-error.ts";

/** A line of NDJSON that is not empty: its text, or what is wrong with it. Counted from 1, empty lines included. */
export type Line = { readonly number: number; readonly bytes: number } & (
  | { readonly text: string }
  | { readonly problem: string }
);

/** A line that is longer than lines may be is passed over up to here; what never ends is no line. */
const MAX_PASSED_OVER_BYTES = 16 * 1_024 * 1_024;
const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines, wherever its chunks end, without ever holding more than one line and one chunk. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #parts: Buffer[] = [];
  /** Bytes of the line that has begun. */
  #bytes = 0;
  #number = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes that are held until their line ends. */
  get heldBytes(): number {
    return this.#parts.length === 0 ? 0 : this.#bytes;
  }

  /** The lines that end in this chunk. @throws RequestError (413) where one does not end at all */
  *push(chunk: Buffer): IterableIterator<Line> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#add(chunk.subarray(from, end));
      from = end + 1;
      yield* this.end();
    }
    this.#add(chunk.subarray(from));
  }

  /** The line that has begun, if there is anything in it. */
  *end(): IterableIterator<Line> {
    const [parts, bytes] = [this.#parts, this.#bytes];
    this.#parts = [];
    this.#bytes = 0;
    this.#number += 1;
    if (bytes === 0) return;
    const place = { number: this.#number, bytes };
    if (bytes > this.#maxLineBytes) yield { ...place, problem: `is larger than ${this.#maxLineBytes} bytes` };
    else yield* readLine(place, parts);
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxLineBytes) this.#parts.push(part);
    else this.#parts = [];
    if (this.#bytes > MAX_PASSED_OVER_BYTES) {
      throw new RequestError(413, `line ${this.#number + 1} is larger than ${MAX_PASSED_OVER_BYTES} bytes (after decompression)`);
    }
  }
}

function* readLine(place: { readonly number: number; readonly bytes: number }, parts: Buffer[]): IterableIterator<Line> {
  try {
    const text = decode(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), "").trim();
    if (text !== "") yield { ...place, text };
  } catch (error) {
    yield { ...place, problem: (error as RequestError).message };
  }
}
