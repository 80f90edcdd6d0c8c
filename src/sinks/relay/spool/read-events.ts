const NEWLINE = 0x0a;

/** What a piece of a segment holds. */
export interface Piece {
  /** Events, each with its newline, as they were written. */
  readonly events: readonly Buffer[];
  /** How far the piece was read: up to its last newline, or to its end where nothing follows. */
  readonly bytes: number;
  /** Lines in that, whether they are events or not. */
  readonly lines: number;
}

/**
 * Reads the events at the beginning of a piece of a segment. A crash tears the last line, a failing disk any: what is no event is passed
 * over, and what stands around it is read all the same.
 *
 * @param isLast nothing follows the piece, so what stands behind its last newline is all that there will be of that line
 */
export function readEvents(piece: Buffer, isLast: boolean): Piece {
  const events: Buffer[] = [];
  let bytes = 0;
  let lines = 0;
  for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, bytes)) {
    take(piece.subarray(bytes, end + 1));
    bytes = end + 1;
  }
  if (isLast && bytes < piece.length) {
    // Torn just before its newline, it is whole.
    take(Buffer.concat([piece.subarray(bytes), Buffer.of(NEWLINE)]));
    bytes = piece.length;
  }
  return { events, bytes, lines };

  function take(line: Buffer): void {
    lines += 1;
    if (isEvent(line)) events.push(line);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Whether a line is what was once written: the hub looks into it, but refuses a whole request for bytes that are no text. */
function isEvent(line: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(decoder.decode(line));
    return typeof value === "object" && value !== null && typeof (value as { id?: unknown }).id === "string";
  } catch {
    return false;
  }
}
