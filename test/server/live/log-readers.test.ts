import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { logReaders } from "../../../src/server/live/log-readers.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { complete, someEvents } from "../../helpers/events.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

test("since leaves nothing out that is kept while the store is asked", async () => {
  const store = await openStore(join(await tempFolder(), "data"));
  onTestFinished(() => store.close());
  /** Events come before and after each question. */
  const busy = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const answer = await ask();
    await store.append(someEvents(3));
    return answer;
  };
  const { seqBefore, readAfter } = logReaders({
    query: (query) => busy(() => store.query(query)),
    stats: () => busy(() => store.stats()),
  });
  expect(await seqBefore(0)).toBe(0);
  const soon = Date.now() + 3_600_000;
  const { lastSeq } = await store.stats();
  expect(await seqBefore(soon)).toBe(lastSeq);
  expect((await readAfter(lastSeq, 2)).map(({ seq }) => seq)).toEqual([lastSeq + 1, lastSeq + 2]);
});

test("since takes nothing from before for something from since because a sender's clock is ahead", async () => {
  const store = await openStore(join(await tempFolder(), "data"));
  onTestFinished(() => store.close());
  const { seqBefore } = logReaders(store);
  const ahead = () => complete({ type: "agent_heartbeat", agent: "a", timeUnixMillis: Date.now() + 3_600_000, data: {} });
  const { stored } = await store.append([...someEvents(4), ahead(), ahead()]);
  const kept = stored.at(-1)?.receivedUnixMillis ?? Number.NaN;
  await until("another millisecond", () => Date.now() > kept);
  const since = Date.now();
  expect(await seqBefore(since)).toBe(6);
  const late = complete({ type: "agent_heartbeat", agent: "a", timeUnixMillis: since - 60_000, data: {} });
  await store.append([late, ahead(), late]);
  expect(await seqBefore(since)).toBe(7);
  expect(await seqBefore(kept + 3_600_000 + 60_000)).toBe(8);
});
