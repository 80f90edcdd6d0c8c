import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { AnswerBytes } from "../../../src/server/api/answer-bytes.ts";
import { SharedAnswers, type SharedAnswersOptions } from "../../../src/server/api/shared-answers.ts";

/** Answers that say which one they are, by a clock that stands still unless it is moved. */
function counted(options: SharedAnswersOptions = {}, bytes = 10) {
  const state = { now: 0, made: 0, revision: 0, bytes };
  const shared = new SharedAnswers({ clock: () => state.now, ...options });
  const make = async (): Promise<AnswerBytes> => {
    state.made += 1;
    const body = Buffer.alloc(state.bytes, String(state.made));
    await sleep(1);
    return { body, etag: String(state.made) };
  };
  const ask = async (question = "q", isFresh = false) =>
    (await shared.answer(question, { revision: state.revision, isFresh }, make)).etag;
  return { state, shared, ask };
}

test("those who ask the same at the same time get one answer, made once", async () => {
  const { state, ask } = counted();
  expect(await Promise.all(Array.from({ length: 50 }, () => ask()))).toEqual(Array(50).fill("1"));
  expect(await Promise.all([ask("q"), ask("other")])).toEqual(["1", "2"]);
  expect(state.made).toBe(2);
});

test("an answer is a second old at most, counted from when it was begun", async () => {
  const { state, ask } = counted();
  expect(await ask()).toBe("1");
  state.now = 999;
  expect(await ask()).toBe("1");
  state.now = 1_000;
  expect(await ask()).toBe("2");
  state.now = 1_500;
  expect(await ask()).toBe("2");
});

test("whoever tells something and asks sees it; where everybody does that all the time, answers are shared all the same", async () => {
  const { state, ask } = counted();
  const answers: string[] = [];
  for (let turn = 0; turn < 200; turn += 1) {
    state.now += 10;
    state.revision += 1;
    answers.push(await ask());
  }
  expect(answers.slice(0, 4)).toEqual(["1", "2", "3", "4"]);
  // Two seconds, four answers each.
  expect(state.made).toBeGreaterThan(4);
  expect(state.made).toBeLessThanOrEqual(12);
});

test("whoever wants it made anew gets it so, and the others get that one", async () => {
  const { ask } = counted();
  expect(await ask()).toBe("1");
  expect(await ask("q", true)).toBe("2");
  expect(await ask()).toBe("2");
});

test("what cannot be answered is told to all who wait, and tried again by the next", async () => {
  const shared = new SharedAnswers();
  const failing = () => shared.answer("q", { revision: 0 }, () => Promise.reject(new Error("no")));
  const told = await Promise.allSettled([failing(), failing()]);
  expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const good = { body: Buffer.from("{}"), etag: "good" };
  expect(await shared.answer("q", { revision: 0 }, async () => good)).toMatchObject({ etag: "good", isNew: true });
});

test("entries and bytes are bounded: the oldest give way, and what is larger than all room is not kept", async () => {
  const { state, shared, ask } = counted({ maxEntries: 3, maxBytes: 100 });
  for (const question of ["a", "b", "c", "d"]) await ask(question);
  expect(shared.held).toEqual({ entries: 3, bytes: 30 });
  state.bytes = 60;
  await ask("e");
  await ask("f");
  expect(shared.held).toEqual({ entries: 1, bytes: 60 });
  state.bytes = 101;
  await ask("g");
  expect(shared.held.bytes).toBeLessThanOrEqual(60);
});

test("nothing is held when nobody asks any more", async () => {
  const shared = new SharedAnswers({ maxAgeMillis: 20 });
  await shared.answer("q", { revision: 0 }, async () => ({ body: Buffer.alloc(10), etag: "1" }));
  expect(shared.held.entries).toBe(1);
  await expect.poll(() => shared.held, { timeout: 15_000 }).toEqual({ entries: 0, bytes: 0 });
});
