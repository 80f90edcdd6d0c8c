import { PassThrough } from "node:stream";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BodyRoom } from "../../../src/server/ingest/body-room.ts";
import { type Line, LineSplitter } from "../../../src/server/ingest/line-splitter.ts";
import { openBody, readBytes } from "../../../src/server/ingest/read-body.ts";
import { RequestError } from "../../../src/server/ingest/request-error.ts";

const compressors = {
  identity: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gzipSync(bytes),
  deflate: (bytes: Buffer) => deflateSync(bytes),
  br: (bytes: Buffer) => brotliCompressSync(bytes),
} as const;
const encodings = Object.keys(compressors) as (keyof typeof compressors)[];

/** Bytes as they may arrive: in any number of chunks of any length. */
const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 20 });

function cutUp(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const length of lengths) {
    chunks.push(bytes.subarray(from, from + length));
    from += length;
  }
  return [...chunks, bytes.subarray(from)];
}

/** A request as far as its body is concerned. */
function requestOf(chunks: readonly Buffer[], encoding: string): Parameters<typeof openBody>[0] {
  const stream = Object.assign(new PassThrough(), { headers: { "content-encoding": encoding }, complete: true });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return stream as unknown as Parameters<typeof openBody>[0];
}

describe("a body", () => {
  test("is what was sent, however it was compressed and wherever its chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5_000 }),
        fc.constantFrom(...encodings),
        cuts,
        async (bytes, encoding, lengths) => {
          const sent = compressors[encoding](Buffer.from(bytes));
          const read = await readBytes(openBody(requestOf(cutUp(sent, lengths), encoding)), 10_000);
          expect(read.equals(bytes)).toBe(true);
        },
      ),
    );
  });

  test("that is broken or cut short is a fault of the request's, told as such", async () => {
    const broken = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ minLength: 100, maxLength: 2_000 }).map((bytes) => gzipSync(bytes).subarray(0, -9)),
      fc.uint8Array({ minLength: 100, maxLength: 2_000 }).map((bytes) => brotliCompressSync(bytes).subarray(0, -20)),
    );
    await fc.assert(
      fc.asyncProperty(broken, fc.constantFrom("gzip", "deflate", "br", "zip"), cuts, async (bytes, encoding, lengths) => {
        try {
          await readBytes(openBody(requestOf(cutUp(bytes, lengths), encoding)), 10_000);
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
          expect([400, 413, 415]).toContain((error as RequestError).status);
        }
      }),
    );
  });
});

describe("lines", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom("\n", "\r\n", "\n\n", " \n", "ü€🦅\n", "\ufeff").map((text) => Buffer.from(text)),
  );

  test("are the same wherever the chunks end, and what they would be in one piece", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), cuts, (pieces, lengths) => {
        const bytes = Buffer.concat(pieces);
        const splitter = new LineSplitter(100);
        const lines: Line[] = [];
        for (const chunk of cutUp(bytes, lengths)) {
          lines.push(...splitter.push(chunk));
          expect(splitter.heldBytes).toBeLessThanOrEqual(100);
        }
        lines.push(...splitter.end());
        expect(lines.map(({ bytes: _, ...line }) => line)).toEqual(linesByHand(bytes, 100));
      }),
      { numRuns: 500 },
    );
  });

  test("that do not end are given up, without being held", () => {
    const splitter = new LineSplitter(1_000);
    const chunk = Buffer.alloc(1_000_000, "x");
    const endless = () => {
      for (;;) {
        expect([...splitter.push(chunk)]).toEqual([]);
        expect(splitter.heldBytes).toBe(0);
      }
    };
    expect(endless).toThrow("line 1 is larger than 16777216 bytes");
  });
});

describe("room for bodies", () => {
  test("is never more than there is, and all of it is free again in the end", () => {
    const step = fc.record({
      who: fc.nat({ max: 4 }),
      what: fc.constantFrom("grow", "set", "release"),
      bytes: fc.nat({ max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const room = new BodyRoom(100);
        const all = Array.from({ length: 5 }, () => ({ held: room.enter(), bytes: 0 }));
        for (const { who, what, bytes } of steps) {
          const one = all[who] as (typeof all)[number];
          const wanted = what === "grow" ? one.bytes + bytes : what === "set" ? bytes : 0;
          const others = all.reduce((sum, other) => sum + (other === one ? 0 : other.bytes), 0);
          const fits = wanted <= one.bytes || others + wanted <= 100;
          const change = () => (what === "release" ? one.held.release() : one.held[what](bytes));
          if (fits) change();
          else expect(change).toThrow("send this one again later");
          if (fits) one.bytes = wanted;
          expect(room.heldBytes).toBe(others + one.bytes);
          expect(room.heldBytes).toBeLessThanOrEqual(100);
        }
        for (const { held } of all) held.release();
        expect(room.heldBytes).toBe(0);
      }),
    );
  });
});

/** The same by the plainest means. */
function linesByHand(bytes: Buffer, maxLineBytes: number): object[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf("\n"); end >= 0; end = bytes.indexOf("\n", from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  lines.push(bytes.subarray(from));
  return lines.flatMap((line, index): object[] => {
    const number = index + 1;
    if (line.length > maxLineBytes) return [{ number, problem: `is larger than ${maxLineBytes} bytes` }];
    const text = line.toString().replace(/^\ufeff/, "");
    if (!Buffer.from(line.toString()).equals(line)) return [{ number, problem: "is not valid UTF-8" }];
    return text.trim() === "" ? [] : [{ number, text: text.trim() }];
  });
}
