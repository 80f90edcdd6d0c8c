/** What events can be exported as. */
export const formats = {
  jsonl: { contentType: "application/x-ndjson", extensions: ["jsonl", "ndjson"] },
  csv: { contentType: "text/csv; charset=utf-8; header=present", extensions: ["csv"] },
  parquet: { contentType: "application/vnd.apache.parquet", extensions: ["parquet"] },
} as const;

export type Format = keyof typeof formats;

export const formatNames = Object.keys(formats) as [Format, ...Format[]];

/** The format that a file's name says; undefined where it says none of them. */
export function formatOfName(path: string): Format | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  return formatNames.find((format) => (formats[format].extensions as readonly string[]).includes(extension));
}
