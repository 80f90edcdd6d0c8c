import { expect, test } from "vitest";
import { columns } from "../../src/export/columns.ts";
import { complete } from "../helpers/events.ts";
import { exported, oneOfEach, storedIn, storeOf } from "./stored.ts";
import { eventOfRow, readCsv, rowsOfCsv } from "./table.ts";

const awkward = ['say "hi", twice', "two\r\nlines", "two\nlines", "two\rlines", "=1+1", "", " spaced ", "ünïcödé 🚢"];

function saying(reason: string) {
  return complete({ type: "handoff_started", data: { fromAgent: "scribe", toAgent: "critic", reason } });
}

test("every event comes back from CSV as the store has it", async () => {
  const location = await storeOf([...oneOfEach(), ...awkward.map(saying)]);
  const text = exported({ location, format: "csv" }).toString("utf8");
  expect(rowsOfCsv(text).map(eventOfRow)).toEqual(storedIn(location));
});

test("lines end in CR LF, moments are ISO 8601, truth is true or false", async () => {
  const recovered = { failureType: "disconnect", component: "browser", recoveryAttempted: true, recoverySuccessful: false };
  const location = await storeOf([complete({ type: "failure_recorded", data: recovered })]);
  const text = exported({ location, format: "csv" }).toString("utf8");
  expect(text.match(/\r\n/g)).toHaveLength(2);
  const [head = [], row = []] = readCsv(text);
  const cell = (name: string) => row[head.indexOf(name)];
  expect(cell("time")).toBe("2025-03-04T12:00:00.000Z");
  expect([cell("recoveryAttempted"), cell("recoverySuccessful")]).toEqual(["true", "false"]);
  expect(cell("durationSeconds")).toBeNull();
});

test("text is never changed, unless formulas are to be escaped", async () => {
  const location = await storeOf([saying('=HYPERLINK("http://evil")')]);
  const reasons = (escapeFormulas: boolean) =>
    rowsOfCsv(exported({ location, format: "csv", escapeFormulas }).toString("utf8")).map(({ reason }) => reason);
  expect(reasons(false)).toEqual(['=HYPERLINK("http://evil")']);
  expect(reasons(true)).toEqual(['\'=HYPERLINK("http://evil")']);
});

test("where there are no such events there is the header alone", async () => {
  const location = await storeOf(oneOfEach());
  const text = exported({ location, format: "csv", selection: { agents: ["nobody"] } }).toString("utf8");
  expect(text).toBe(`${columns.map(({ name }) => name).join(",")}\r\n`);
});
