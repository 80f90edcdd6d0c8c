import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Intake } from "../../src/server/intake.ts";
import { openStore } from "../../src/store/open-store.ts";
import { someEvents } from "../helpers/events.ts";
import { tempFolder } from "../support/temp-folder.ts";

test("many events that are offered in one turn are kept in order, a part at a time, so that nothing else waits for all of them", async () => {
  const store = await openStore(join(await tempFolder(), "data"));
  onTestFinished(() => store.close());
  const parts: number[] = [];
  const lost: string[] = [];
  const intake = new Intake(store, {
    prepare: (event) => event,
    kept: ({ stored }) => void parts.push(stored.length),
    lost: (reason) => void lost.push(reason),
    failed: () => undefined,
  });
  const events = someEvents(12_000);
  for (const event of events) intake.offer(event);
  await intake.flush();
  expect(Math.max(...parts)).toBeLessThanOrEqual(1_000);
  expect(lost).toEqual([]);
  const kept = [
    ...(await store.query({ limit: 10_000 })).events,
    ...(await store.query({ limit: 10_000, afterSeq: 10_000 })).events,
  ];
  expect(kept.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
});
