import type { StoredEvent } from "../events/types.ts";
import { columns, type Kind } from "./columns.ts";
import { wellFormedJson } from "./well-formed-json.ts";

/** A value as its column's kind has it; null where the event does not say. */
export type Cell = string | number | boolean | null;

const places = (of: string) =>
  new Map(columns.flatMap((column, place) => (column.of === of ? [[column.field, { place, kind: column.kind }]] : [])));
const envelope = [...places("envelope")];
const data = places("data");
const [attributesPlace, restPlace] = [...places("rest").values()].map(({ place }) => place) as [number, number];

/**
 * An event as one row, a cell for each of {@link columns}. What has no column, or is not of its column's kind because another version
 * wrote it, goes to the rest: nothing that the event says is lost.
 */
export function rowOf(event: StoredEvent): Cell[] {
  const row = new Array<Cell>(columns.length).fill(null);
  for (const [field, { place, kind }] of envelope) {
    const value: unknown = event[field as keyof StoredEvent];
    if (isOfKind(value, kind)) row[place] = value;
  }
  const rest: [string, unknown][] = [];
  for (const [field, value] of Object.entries(event.data)) {
    const column = data.get(field);
    if (column !== undefined && isOfKind(value, column.kind)) row[column.place] = value;
    else if (value !== undefined) rest.push([field, value]);
  }
  if (rest.length > 0) row[restPlace] = wellFormedJson(Object.fromEntries(rest));
  if (event.attributes !== undefined) row[attributesPlace] = wellFormedJson(event.attributes);
  return row;
}

function isOfKind(value: unknown, kind: Kind): value is Exclude<Cell, null> {
  switch (kind) {
    case "integer":
    case "moment":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      return typeof value === "string";
  }
}
