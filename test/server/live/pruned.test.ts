import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { watch, watchSse } from "../../support/live-clients.ts";
import { startLive, type TestLive } from "../../support/live-server.ts";

/** Of 1,200 events the first 700 are pruned. */
async function prunedLog(): Promise<TestLive> {
  const live = await startLive();
  await live.publish(700);
  await live.prune();
  await live.publish(500);
  return live;
}

test("whoever goes on after an event and finds some pruned is told how many, before the next one", async () => {
  const live = await prunedLog();
  const watcher = await watch(live.url);
  watcher.say({ resumeFrom: 100 });
  await watcher.reached(1_200);
  expect(watcher.messages.slice(0, 2)).toEqual([{ resumed: 100 }, { pruned: 600 }]);
  expect(watcher.notices).toHaveLength(2);
  expect(watcher.seqs).toEqual(live.log.slice(700).map(({ seq }) => seq));
  await live.publish(1);
  await watcher.reached(1_201);
});

test("by server-sent events the same, under the id to go on from", async () => {
  const live = await prunedLog();
  const watcher = await watchSse(live.url, "", { headers: { "Last-Event-ID": "699" } });
  await watcher.reached(1_200);
  expect(watcher.messages.slice(0, 2)).toEqual([{ type: "connected", subscriber_id: expect.any(String) }, { pruned: 1 }]);
});

test("where everything that was missed is pruned, that is told as well, and then what comes is sent", async () => {
  const live = await startLive();
  await live.publish(700);
  await live.prune();
  const watcher = await watch(live.url);
  watcher.say({ resumeFrom: 650 });
  expect(await watcher.told("pruned")).toEqual({ pruned: 50 });
  await live.publish(3);
  await watcher.reached(703);
  expect(watcher.seqs).toEqual([701, 702, 703]);
});

test("gaps that retention makes between events that stay longer are all told, once, also to somebody who reads slowly", async () => {
  const live = await startLive();
  const attributes = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`text${index}`, "x".repeat(4_000)]));
  for (let round = 0; round < 6; round += 1) {
    await live.publish(30);
    const raised = () => complete({ type: "error_raised", agent: "a", attributes, data: { errorType: "x" } });
    await live.publish(Array.from({ length: 60 }, raised));
  }
  // Heartbeats are kept for 30 days, and trouble for 90.
  await live.prune(60);
  const watcher = await watch(live.url);
  watcher.socket.pause();
  watcher.say({ resumeFrom: 0 });
  await sleep(200);
  watcher.socket.resume();
  await watcher.reached(540);
  const pruned = watcher.notices.flatMap(({ pruned: count }) => (count === undefined ? [] : [count as number]));
  expect(pruned.reduce((sum, count) => sum + count, 0)).toBe(180);
  expect(watcher.seqs).toHaveLength(360);
});

test("whoever missed nothing that is gone hears nothing of it", async () => {
  const live = await prunedLog();
  const watcher = await watch(live.url);
  watcher.say({ resumeFrom: 700 });
  await watcher.reached(1_200);
  expect(watcher.notices).toEqual([{ resumed: 700 }]);
});
