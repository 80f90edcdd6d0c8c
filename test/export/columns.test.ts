import { expect, test } from "vitest";
import { eventSchemas } from "../../src/events/schemas.ts";
import type { StoredEvent } from "../../src/events/types.ts";
import { columns } from "../../src/export/columns.ts";
import { rowOf } from "../../src/export/row.ts";
import { complete } from "../helpers/events.ts";

test("no two columns have one name, so that a field of data never hides one of the envelope", () => {
  const names = columns.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("a column of data names every event type that has its field", () => {
  for (const { name, field, of, types } of columns) {
    const having = Object.entries(eventSchemas).filter(([, schema]) => Object.hasOwn(schema.shape, field));
    if (of === "data") expect([name, types]).toEqual([name, having.map(([type]) => type)]);
  }
});

test("a field that is a text in one type and free-form in another has no column", () => {
  expect(eventSchemas.tool_called.shape.result.unwrap().type).toBe("string");
  expect(columns.map(({ name }) => name)).not.toContain("result");
});

test("a value that is not of its column's kind, and a field that there is no column for, stay with the rest", () => {
  const event = complete({ type: "measurement_recorded", data: { name: "temperature", value: 3, unit: "celsius" } });
  const data = { ...event.data, value: "hot", invented: [1] };
  const row = rowOf({ ...event, data, seq: 1, receivedUnixMillis: 0 } as unknown as StoredEvent);
  const cell = (name: string) => row[columns.findIndex((column) => column.name === name)];
  expect(cell("value")).toBeNull();
  expect(cell("unit")).toBe("celsius");
  expect(JSON.parse(String(cell("data")))).toEqual({ value: "hot", invented: [1] });
});
