import { columns } from "../../src/export/columns.ts";

/** A row as it was read from a file, by column; moments in milliseconds since 1970. */
export type Row = Readonly<Record<string, unknown>>;

/** Puts an event together again from its row, so that it can be compared with what the store has. */
export function eventOfRow(row: Row): object {
  const event: Record<string, unknown> = {};
  const data: Record<string, unknown> = {};
  for (const { name, field, of } of columns) {
    const value = row[name] ?? undefined;
    if (value === undefined || of === "rest") continue;
    (of === "data" ? data : event)[field] = value;
  }
  const rest = row.data === null ? {} : (JSON.parse(String(row.data)) as object);
  const attributes = row.attributes === null ? {} : { attributes: JSON.parse(String(row.attributes)) as object };
  return { ...event, ...attributes, data: { ...data, ...rest } };
}

/** Reads CSV by RFC 4180, as strictly as it is written; null for a field that is empty and not quoted. */
export function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const from = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`not CSV from ${from} on: ${text.slice(from, from + 40)}`);
    const [, quoted, plain, end] = match;
    row.push(quoted?.replaceAll('""', '"') ?? (plain === "" ? null : (plain ?? null)));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** The rows of a CSV file by their columns, each value as its column's kind says. */
export function rowsOfCsv(text: string): Row[] {
  const [head = [], ...rows] = readCsv(text);
  return rows.map((row) => Object.fromEntries(row.map((cell, place) => [head[place], readCell(String(head[place]), cell)])));
}

function readCell(name: string, cell: string | null): unknown {
  if (cell === null) return null;
  switch (columns.find((column) => column.name === name)?.kind) {
    case "integer":
    case "number":
      return Number(cell);
    case "boolean":
      return cell === "true";
    case "moment":
      return Date.parse(cell);
    default:
      return cell;
  }
}
