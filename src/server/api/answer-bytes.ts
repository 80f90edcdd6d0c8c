import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { jsonPieces } from "./json-pieces.ts";

/** How long an answer is written at a time, while everything else waits. */
const SLICE_MILLIS = 10;
/** Pieces are gathered to so many characters before they become bytes. */
const CHUNK_CHARS = 65_536;

/** An answer as it goes out. */
export interface AnswerBytes {
  readonly body: Buffer;
  readonly etag: string;
}

/** Writes an answer as JSON, in slices between which everybody else has a turn. */
export async function answerBytes(answer: unknown): Promise<AnswerBytes> {
  const hash = createHash("sha1");
  const chunks: Buffer[] = [];
  let [text, sliceMillis] = ["", performance.now()];
  const keep = () => {
    const chunk = Buffer.from(text);
    hash.update(chunk);
    chunks.push(chunk);
    text = "";
  };
  for (const piece of jsonPieces(answer)) {
    text += piece;
    if (text.length < CHUNK_CHARS) continue;
    keep();
    if (performance.now() - sliceMillis < SLICE_MILLIS) continue;
    await nextTurn();
    sliceMillis = performance.now();
  }
  keep();
  return { body: Buffer.concat(chunks), etag: `"${hash.digest("base64url")}"` };
}
