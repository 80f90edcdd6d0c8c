import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { type Column, columns, type Kind } from "../columns.ts";
import { dictionaryJson } from "../dictionary.ts";
import { type Cell, rowOf } from "../row.ts";
import type { Encoder } from "./encoder.ts";

/** Most rows of a row group, and about how much text: what of a file is in memory at once. */
const GROUP_ROWS = 10_000;
const GROUP_CHARS = 16 * 1_024 * 1_024;

/** Apache Parquet, compressed with Snappy, in row groups of bounded size. The data dictionary is the file's metadata. */
export function createParquetEncoder(version: string): Encoder {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: [{ name: "events", num_children: columns.length }, ...columns.map(schemaOf)],
    kvMetadata: [{ key: "crowsnest.columns", value: dictionaryJson() }],
    createdBy: `crowsnest version ${version}`,
  });
  let group = emptyGroup();
  const writeGroup = (): void => {
    if (group.rows === 0) return;
    const columnData = columns.map(({ name, kind }, place) => ({
      name,
      data: group.cells[place] as unknown[],
      // Text that is JSON is looked at, not searched for.
      statistics: kind !== "json",
    }));
    file.write({ columnData, rowGroupSize: group.rows });
    group = emptyGroup();
  };
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    page(events) {
      for (const event of events) {
        add(group, rowOf(event));
        if (group.rows >= GROUP_ROWS || group.chars >= GROUP_CHARS) writeGroup();
      }
      return take();
    },
    end() {
      writeGroup();
      file.finish();
      return take();
    },
  };
}

const types: { readonly [kind in Kind]: Omit<SchemaElement, "name"> } = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  // Marked as text: not every reader takes what is marked as JSON.
  json: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  moment: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
};

function schemaOf({ name, kind, isRequired }: Column): SchemaElement {
  return { ...types[kind], name, repetition_type: isRequired ? "REQUIRED" : "OPTIONAL" };
}

/** Rows that wait to be written, column by column as Parquet has them. */
interface Group {
  readonly cells: (Cell | bigint)[][];
  rows: number;
  chars: number;
}

function emptyGroup(): Group {
  return { cells: columns.map(() => []), rows: 0, chars: 0 };
}

function add(group: Group, row: readonly Cell[]): void {
  for (const [place, { kind }] of columns.entries()) {
    const cell = row[place] ?? null;
    group.cells[place]?.push(kind === "integer" && typeof cell === "number" ? BigInt(cell) : cell);
    if (typeof cell === "string") group.chars += cell.length;
  }
  group.rows += 1;
}
