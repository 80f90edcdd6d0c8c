import { expect, test } from "vitest";
import { complete } from "../helpers/events.ts";
import { exported, storeOf } from "./stored.ts";
import { rowsOfCsv } from "./table.ts";

/** What comes back of a reason, as any reader of UTF-8 and JSON has it. */
async function reasonBack(reason: string): Promise<{ readonly line: string; readonly reason: string }> {
  const location = await storeOf([
    complete({ type: "handoff_started", data: { fromAgent: "scribe", toAgent: "critic", reason } }),
  ]);
  const line = new TextDecoder("utf-8", { fatal: true }).decode(exported({ location, format: "jsonl" }));
  return { line, reason: (JSON.parse(line) as { data: { reason: string } }).data.reason };
}

test.each(["half \ud83d of one", "\udc00", "\ud83d\ud83d\udea2"])("%j has no half a character in it any more", async (reason) => {
  const { line, reason: back } = await reasonBack(reason);
  expect(line).not.toMatch(/\\ud[89a-f]/);
  expect(back).toBe(reason.toWellFormed());
});

test("half a character in an attribute is none in the JSON of a column either", async () => {
  const location = await storeOf([
    complete({ type: "agent_heartbeat", agent: "scribe", attributes: { cut: "\udc00" }, data: {} }),
  ]);
  const [row] = rowsOfCsv(exported({ location, format: "csv" }).toString("utf8"));
  expect(row?.attributes).toBe('{"cut":"\ufffd"}');
});

test.each(["\\ud83d as it is written", '"\\', "two\nlines", "🚢", "\u0000\u001f"])("%j stays what it is", async (reason) => {
  expect((await reasonBack(reason)).reason).toBe(reason);
});
