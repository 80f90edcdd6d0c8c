import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { expect, test } from "vitest";
import type { StoredEvent } from "../../src/events/types.ts";
import { columns } from "../../src/export/columns.ts";
import { createParquetEncoder } from "../../src/export/encoders/parquet.ts";
import { complete, someEvents } from "../helpers/events.ts";
import { exported, oneOfEach, storedIn, storeOf } from "./stored.ts";
import { eventOfRow, type Row } from "./table.ts";

/** A file as hyparquet takes it. */
function fileOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

async function rowsOf(file: ArrayBuffer): Promise<Row[]> {
  const rows = await parquetReadObjects({ file });
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

/** 64-bit integers and timestamps as the store has them. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Date ? value.getTime() : value;
}

test("every event comes back from Parquet as the store has it", async () => {
  const location = await storeOf(oneOfEach());
  const rows = await rowsOf(fileOf(exported({ location, format: "parquet" })));
  expect(rows.map(eventOfRow)).toEqual(storedIn(location));
});

test("columns have types: timestamps in milliseconds, whole numbers, numbers, truth, text", async () => {
  const location = await storeOf(oneOfEach());
  const { schema } = parquetMetadata(fileOf(exported({ location, format: "parquet" })));
  const typeOf = (name: string) => schema.find((element) => element.name === name);
  expect(typeOf("time")).toMatchObject({
    type: "INT64",
    repetition_type: "REQUIRED",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  });
  expect(typeOf("startsAt")).toMatchObject({ converted_type: "TIMESTAMP_MILLIS", repetition_type: "OPTIONAL" });
  expect(typeOf("inputTokens")).toMatchObject({ type: "INT64" });
  expect(typeOf("durationSeconds")).toMatchObject({ type: "DOUBLE" });
  expect(typeOf("cacheHit")).toMatchObject({ type: "BOOLEAN" });
  expect(typeOf("data")).toMatchObject({ type: "BYTE_ARRAY", converted_type: "UTF8" });
});

test("the file carries its data dictionary", async () => {
  const location = await storeOf(oneOfEach());
  const { key_value_metadata: metadata } = parquetMetadata(fileOf(exported({ location, format: "parquet" })));
  const dictionary = JSON.parse(metadata?.find(({ key }) => key === "crowsnest.columns")?.value ?? "[]") as { name: string }[];
  expect(dictionary.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
  expect(dictionary).toContainEqual(expect.objectContaining({ name: "costUsd", unit: "US dollars" }));
});

test("where there are no such events the file has its columns and no row", async () => {
  const location = await storeOf(oneOfEach());
  const file = fileOf(exported({ location, format: "parquet", selection: { agents: ["nobody"] } }));
  expect(await rowsOf(file)).toEqual([]);
  expect(parquetSchema(parquetMetadata(file)).children).toHaveLength(columns.length);
});

test("row groups are bounded by rows, and by text", () => {
  const stored = (event: ReturnType<typeof complete>, seq: number) => ({ ...event, seq, receivedUnixMillis: 0 }) as StoredEvent;
  const many = someEvents(10_500).map(stored);
  const long = Array.from({ length: 40 }, (_, seq) =>
    stored(
      complete({
        type: "skill_invoked",
        data: { skill: "summarise", outcome: "success", params: "p".repeat(60_000), result: "r".repeat(60_000) },
        attributes: Object.fromEntries(Array.from({ length: 60 }, (_, place) => [`a${place}`, "a".repeat(4_000)])),
      }),
      seq,
    ),
  );
  for (const events of [many, Array.from({ length: 3 }, () => long).flat()]) {
    const encoder = createParquetEncoder("1.2.3");
    const file = fileOf(Buffer.concat([encoder.page(events), encoder.end()]));
    const { row_groups: groups, num_rows: rows } = parquetMetadata(file);
    expect(Number(rows)).toBe(events.length);
    expect(groups.length).toBe(events === many ? 2 : 3);
  }
});
