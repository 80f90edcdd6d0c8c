import { columns, type Kind } from "./columns.ts";

/** What a column's values are in a Parquet file, and in CSV. */
const typeNames: { readonly [kind in Kind]: readonly [parquet: string, csv: string] } = {
  text: ["STRING", "text"],
  integer: ["INT64", "whole number"],
  number: ["DOUBLE", "number"],
  boolean: ["BOOLEAN", "`true` or `false`"],
  moment: ["TIMESTAMP (milliseconds, UTC)", "ISO 8601"],
  json: ["STRING", "JSON"],
};

/** The data dictionary for programs: a JSON array with an object for each column. */
export function dictionaryJson(): string {
  return JSON.stringify(
    columns.map(({ name, kind, isRequired, unit, meaning, types }) => ({ name, kind, isRequired, unit, meaning, types })),
  );
}

/**
 * The data dictionary for people: a table in Markdown.
 *
 * @param typeLink makes of an event type what stands for it
 */
export function dictionaryTable(typeLink: (type: string) => string = (type) => `\`${type}\``): string {
  const rows = columns.map((column) => [
    `\`${column.name}\``,
    ...typeNames[column.kind],
    column.unit ?? "",
    column.isRequired ? "always" : column.types.map(typeLink).join(", "),
    column.meaning ?? "",
  ]);
  const head = ["Column", "Parquet", "CSV", "Unit", "Filled by", "Meaning"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
