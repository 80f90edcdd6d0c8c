import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { connect } from "../../src/store/sqlite/driver.ts";
import { temporaryFolder } from "../store/temporary-folder.ts";

const KILLS = 20;
/** Every other hub is killed within this time from its start: before it runs, while it opens the store and replays it, in its first commits. */
const MAX_MILLIS_FROM_START = 600;
/** The others are killed within this time from their first acknowledgement: long enough for a checkpoint, one a second. */
const MAX_MILLIS_FROM_FIRST_COMMIT = 1_100;

const fixture = fileURLToPath(new URL("../fixtures/hub-until-killed.ts", import.meta.url));

/** Runs a hub until it is killed; resolves with the ids that it had acknowledged. */
async function runUntilKilled(folder: string, from: "start" | "first commit"): Promise<string[]> {
  const child = spawn(process.execPath, [fixture, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  const closed = once(child, "close");
  if (from === "first commit") await once(child.stdout, "data");
  await sleep(Math.random() * (from === "start" ? MAX_MILLIS_FROM_START : MAX_MILLIS_FROM_FIRST_COMMIT));
  child.kill("SIGKILL");
  expect(await closed).toEqual([null, "SIGKILL"]);
  // The last line may be torn by the kill; an id that was not printed whole was not told to anybody.
  return chunks.join("").split("\n").slice(0, -1);
}

/** Looks into the file without tidying it up, so that the next hub finds it as the crash left it. */
function inspect(folder: string): { integrity: unknown; ids: Set<unknown>; lastSeq: unknown } {
  const database = connect(join(folder, "events.db"), { readonly: true, fileMustExist: true });
  try {
    const [ids, lastSeq] = ["SELECT id FROM events", "SELECT max(seq) FROM events"].map((sql) =>
      database.prepare(sql).pluck().all(),
    );
    return { integrity: database.pragma("integrity_check", { simple: true }), ids: new Set(ids), lastSeq: lastSeq?.[0] ?? 0 };
  } finally {
    database.close();
  }
}

it(`a hub keeps what it acknowledged, though it is killed ${KILLS} times while it commits`, { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  // The file exists before the first kill, so that there is one to look into.
  await (await openStore(folder)).close();
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    acknowledged.push(...(await runUntilKilled(folder, kill % 2 === 0 ? "start" : "first commit")));
    const { integrity, ids, lastSeq } = inspect(folder);
    expect(integrity).toBe("ok");
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    expect(lastSeq).toBe(ids.size);
  }
  expect(acknowledged.length).toBeGreaterThan(KILLS);

  const store = await openStore(folder);
  const { events, lastSeq } = await store.stats();
  expect(lastSeq).toBe(events);
  expect(events).toBeGreaterThanOrEqual(acknowledged.length);
  await store.close();
});
