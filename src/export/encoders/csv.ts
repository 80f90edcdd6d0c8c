import { stringify } from "csv-stringify/sync";
import { columns } from "../columns.ts";
import { type Cell, rowOf } from "../row.ts";
import { bytesOf, type Encoder } from "./encoder.ts";

export interface CsvOptions {
  /** Put an apostrophe before text that a spreadsheet would run as a formula. @default false */
  readonly escapeFormulas?: boolean;
}

/** Where the moments are. */
const moments = columns.flatMap(({ kind }, place) => (kind === "moment" ? [place] : []));

/**
 * CSV by RFC 4180, in UTF-8, with a header: moments by ISO 8601, `true` and `false`, nothing where there is nothing, and `""` where
 * there is a text without characters.
 */
export function createCsvEncoder({ escapeFormulas = false }: CsvOptions = {}): Encoder {
  let head = write([columns.map(({ name }) => name)], false);
  const takeHead = (): string => {
    const taken = head;
    head = "";
    return taken;
  };
  return {
    page: (events) =>
      bytesOf(
        takeHead() +
          write(
            events.map((event) => withMoments(rowOf(event))),
            escapeFormulas,
          ),
      ),
    end: () => bytesOf(takeHead()),
  };
}

function write(rows: readonly (readonly Cell[])[], escapeFormulas: boolean): string {
  return stringify([...rows], {
    record_delimiter: "windows",
    // A line may end in LF or CR alone as well, within a text: every reader would take that for the end of the row.
    quote_record_delimiter: true,
    cast: { boolean: String },
    escape_formulas: escapeFormulas,
    // A text without characters is something else than nothing.
    quoted_match: /^$/,
  });
}

function withMoments(row: Cell[]): Cell[] {
  for (const place of moments) {
    const unixMillis = row[place];
    if (typeof unixMillis === "number") row[place] = new Date(unixMillis).toISOString();
  }
  return row;
}
