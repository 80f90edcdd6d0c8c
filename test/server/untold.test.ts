import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { openStore, snapshotPathOf } from "../../src/store/open-store.ts";
import { complete } from "../helpers/events.ts";
import { startTestHub } from "../support/hub.ts";
import { readLog } from "../support/stored-log.ts";
import { tempFolder } from "../support/temp-folder.ts";

const budget: EventInput = { type: "budget_set", data: { kind: "agent", name: "scribe", limitUsd: 1 } };
const call: EventInput = {
  type: "model_called",
  agent: "scribe",
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd: 2 },
};

/** A store as a hub leaves it that is killed once these events are kept, before it can tell what follows from them. */
async function storeOf(...inputs: readonly EventInput[]): Promise<string> {
  const data = join(await tempFolder(), "data");
  const store = await openStore(data);
  await store.append(inputs.map((input) => complete({ ...input, timeUnixMillis: Date.now() })));
  await store.close();
  return data;
}

/** Starts a hub on the store, and closes it in order. */
async function runHub(data: string): Promise<string[]> {
  const { hub } = await startTestHub({ data });
  await hub.close();
  return readLog(data).map(({ type }) => type);
}

it("tells of a budget that was passed just before a crash, once, however often the hub starts", async () => {
  const data = await storeOf(budget, call);
  expect(await runHub(data)).toEqual(["budget_set", "model_called", "budget_exceeded"]);
  // Without the snapshot, the second start works out what followed from the same events as the first.
  rmSync(snapshotPathOf(data));
  expect(await runHub(data)).toEqual(["budget_set", "model_called", "budget_exceeded"]);
  expect(readLog(data).at(-1)).toMatchObject({ agent: "scribe", data: { kind: "agent", limitUsd: 1, spentUsd: 2 } });
});

it("tells nothing more where a hub was closed in order", async () => {
  const { hub, data } = await startTestHub();
  const now = { timeUnixMillis: Date.now() };
  await hub.accept([complete({ ...budget, ...now }), complete({ ...call, ...now })]);
  await hub.close();
  expect(readLog(data)).toHaveLength(3);
  rmSync(snapshotPathOf(data));
  expect(await runHub(data)).toEqual(["budget_set", "model_called", "budget_exceeded"]);
});
