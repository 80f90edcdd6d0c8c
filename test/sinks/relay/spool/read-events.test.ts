import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvents } from "../../../../src/sinks/relay/spool/read-events.ts";

const event = fc
  .record({ id: fc.uuid(), type: fc.constant("measurement_recorded"), data: fc.record({ text: fc.string({ unit: "binary" }) }) })
  .map((value) => JSON.stringify(value));
const events = fc.array(event, { maxLength: 20 });
/** What a disk may hold where an event should be: bytes without a newline, of which none make an event. */
const garbage = fc
  .uint8Array({ maxLength: 50 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a)))
  .filter((bytes) => !bytes.toString("latin1").includes('"id"'));

/** The events of a whole file that is read in pieces of at most so many bytes, and its lines. */
function readInPieces(file: Buffer, pieceBytes: number): { events: string[]; lines: number } {
  const found: string[] = [];
  let lines = 0;
  for (let from = 0, want = pieceBytes; from < file.length; ) {
    const end = Math.min(from + want, file.length);
    const piece = readEvents(file.subarray(from, end), end === file.length);
    // A line that is longer than the piece is read with a larger one, as segments do.
    want = piece.bytes === 0 ? want * 2 : pieceBytes;
    from += piece.bytes;
    lines += piece.lines;
    found.push(...piece.events.map(textOf));
  }
  return { events: found, lines };
}

const textOf = (line: Buffer): string => {
  expect(line.at(-1)).toBe(0x0a);
  return line.subarray(0, -1).toString();
};
const fileOf = (lines: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]));

describe("a file of spooled events", () => {
  test("gives what was written, however it is cut into pieces", () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 400 }), (written, pieceBytes) => {
        expect(readInPieces(fileOf(written), pieceBytes)).toEqual({ events: written, lines: written.length });
      }),
    );
  });

  test("torn anywhere, gives all whole events before the tear, and counts one line at most as torn", () => {
    fc.assert(
      fc.property(events, fc.nat(), (written, at) => {
        const whole = fileOf(written);
        const torn = whole.subarray(0, at % (whole.length + 1));
        const found = readInPieces(torn, 100);
        expect(found.events).toEqual(written.slice(0, found.events.length));
        // All whose last character is there: only the newline may be missing.
        const complete = written.filter((_, index) => fileOf(written.slice(0, index + 1)).length - 1 <= torn.length).length;
        expect(found.events).toHaveLength(complete);
        expect(found.lines - found.events.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("with anything at all in some of its lines, gives the events of all others", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(event, garbage), { maxLength: 20 }), (lines) => {
        const written = lines.filter((line) => typeof line === "string");
        expect(readInPieces(fileOf(lines), 64)).toEqual({ events: written, lines: lines.length });
      }),
    );
  });

  test("is never read beyond its last newline while something may follow", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(readEvents(Buffer.from(bytes), false).bytes).toBe(bytes.lastIndexOf(0x0a) + 1);
      }),
    );
  });
});
