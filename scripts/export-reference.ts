import { dictionaryTable } from "../src/export/dictionary.ts";

/** The data dictionary of exports, from the table of columns. */
export function renderExportReference(): string {
  return [
    "# Columns of an export",
    "",
    "<!-- Made from src/export/columns.ts by `npm run generate`. Change the vocabulary, not this page. -->",
    "",
    "What `crowsnest export` and `GET /api/export` write as CSV and Parquet: one row per event, in the order in which events were kept.",
    "Each field of `data` that is a single value is a column of its own, whichever event types have it; lists and free-form values stand",
    "together in `data`, as JSON. A moment's column has its field's name without `UnixMillis`. A column that an event does not fill is empty (null).",
    "`crowsnest export --dictionary` prints this table, and a Parquet file carries it as JSON in its metadata (`crowsnest.columns`).",
    "",
    dictionaryTable((type) => `[\`${type}\`](events.md#${type})`),
    "",
  ].join("\n");
}
