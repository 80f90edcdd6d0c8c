import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { logReaders } from "../../../src/server/live/log-readers.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { someEvents } from "../../helpers/events.ts";
import { tempFolder } from "../../support/temp-folder.ts";

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
