import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { type SocketWatcher, watch } from "../../support/live-clients.ts";
import { startLive, type TestLive } from "../../support/live-server.ts";
import { until } from "../../support/until.ts";

function seqsFrom(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Publishes so many events a second until `done` is; in appends of some milliseconds each, as a busy hub does. */
async function underLoad(live: TestLive, perSecond: number, done: Promise<unknown>): Promise<void> {
  let over = false;
  void done.finally(() => {
    over = true;
  });
  const startedMillis = performance.now();
  const before = live.log.length;
  while (!over) {
    const due = Math.floor(((performance.now() - startedMillis) / 1_000) * perSecond) - (live.log.length - before);
    if (due > 0) await live.publish(Math.min(due, 500));
    await sleep(5);
  }
}

/** Everything up to the newest event came, each event once and in order. */
async function hasAll(watcher: SocketWatcher, live: TestLive, firstSeq: number): Promise<void> {
  await watcher.reached(live.log.length);
  expect(watcher.seqs).toEqual(seqsFrom(firstSeq, live.log.length));
}

test("resumeFrom sends what was missed from the store, says from where, and goes live without a gap or a repeat", async () => {
  const live = await startLive();
  await live.publish(3_000);
  const watcher = await watch(live.url);
  watcher.say({ resumeFrom: 1_200 });
  expect(await watcher.told("resumed")).toEqual({ resumed: 1_200 });
  await watcher.reached(3_000);
  await live.publish(20);
  await hasAll(watcher, live, 1_201);
  expect(watcher.messages[0]).toEqual({ resumed: 1_200 });
});

test("at 5,000 events a second and a store that is slow to answer, catching up comes to an end, and nothing is lost or sent twice", async () => {
  const live = await startLive({ slowReads: () => sleep(20) });
  await live.publish(8_000);
  const watcher = await watch(live.url, "/ws?batch=1");
  // Others keep the last events at hand; this one begins where they no longer are.
  watcher.say({ resumeFrom: 0 });
  const isLive = until("the end of catching up", async () => {
    const { subscribers } = (await (await fetch(`${live.url}/api/cato/events/subscribers`)).json()) as {
      subscribers: { state: string }[];
    };
    return subscribers.every(({ state }) => state === "live");
  });
  await underLoad(
    live,
    5_000,
    isLive.then(() => sleep(300)),
  );
  await hasAll(watcher, live, 1);
  expect(live.told.dropped).toBe(0);
});

test("whoever resumes again and again, wherever, ends up with every event after its last wish", async () => {
  const live = await startLive({ slowReads: () => sleep(3) });
  await live.publish(6_000);
  const watcher = await watch(live.url, "/ws?batch=1");
  const wishing = (async () => {
    for (const seq of [0, 4_000, 10, 5_999, 300, 2_000]) {
      watcher.say({ resumeFrom: seq });
      await sleep(15);
    }
  })();
  await underLoad(
    live,
    2_000,
    wishing.then(() => sleep(300)),
  );
  await watcher.reached(live.log.length);
  const lastAnswer = watcher.messages.findLastIndex((message) => message.resumed === 2_000);
  const after = watcher.messages.slice(lastAnswer + 1).map(({ seq }) => seq);
  expect(after).toEqual(seqsFrom(2_001, live.log.length));
});

test("a pause holds events back and its end sends them, over and over, without a gap or a repeat", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  const pausing = (async () => {
    for (let round = 1; round <= 6; round += 1) {
      await sleep(40);
      watcher.say({ pause: true });
      const { seq } = await watcher.told("paused", round * 2 - 1);
      const { length } = watcher.seqs;
      expect(watcher.seqs.at(-1) ?? 0).toBe(seq);
      await sleep(40);
      expect(watcher.seqs).toHaveLength(length);
      watcher.say({ pause: false });
      await watcher.told("paused", round * 2);
    }
  })();
  await underLoad(live, 3_000, pausing);
  await pausing;
  await hasAll(watcher, live, 1);
});

test("a filter holds for what was missed, also when it changes on the way", async () => {
  const half = Promise.withResolvers<void>();
  let reads = 0;
  const live = await startLive({ slowReads: async () => (++reads > 2 ? half.promise : undefined) });
  const agents = ["even", "odd"];
  await live.publish(
    Array.from({ length: 2_000 }, (_, index) =>
      complete({ type: "agent_heartbeat", agent: agents[index % 2] as string, data: {} }),
    ),
  );
  const watcher = await watch(live.url, "/ws?batch=1");
  watcher.say({ subscribe: { agents: ["odd"] }, resumeFrom: 100 });
  await until("two pages", () => reads > 2);
  watcher.say({ subscribe: { agents: ["even"] } });
  const { seq: changedAt } = await watcher.told("subscribed", 2);
  half.resolve();
  await watcher.reached(1_999);
  // The third page was on its way from the store: what was not sent yet is sent by the new filter.
  expect(changedAt).toBe(1_100);
  const wanted = live.log.filter(({ agent, seq }) => seq > 100 && agent === (seq <= 1_100 ? "odd" : "even"));
  expect(watcher.seqs).toEqual(wanted.map(({ seq }) => seq));
});

test("since begins with the first event that happened then", async () => {
  const live = await startLive();
  const at = (second: number) => Date.UTC(2025, 2, 4, 12, 0, second);
  await live.publish(
    [1, 2, 3, 4].map((second) => complete({ type: "agent_heartbeat", agent: "a", timeUnixMillis: at(second), data: {} })),
  );
  const watcher = await watch(live.url);
  watcher.say({ since: "2025-03-04T12:00:03Z" });
  expect(await watcher.told("resumed")).toEqual({ resumed: 2 });
  watcher.say({ since: "2025-03-04T13:00:00Z" });
  expect(await watcher.told("resumed", 2)).toEqual({ resumed: 4 });
  await live.publish(1);
  await watcher.reached(5);
  expect(watcher.seqs).toEqual([3, 4, 5]);
});

test("a wish takes the place of one that the store is still looking up, and only one question is asked at a time", async () => {
  const half = Promise.withResolvers<void>();
  let questions = 0;
  const live = await startLive({
    slowReads: () => {
      questions += 1;
      return half.promise;
    },
  });
  await live.publish(10);
  const watcher = await watch(live.url);
  for (let count = 0; count < 10; count += 1) watcher.say({ since: "2020-01-01" });
  await until("a question", () => questions > 0);
  watcher.say({ resumeFrom: 8 });
  await watcher.told("resumed");
  expect(questions).toBe(1);
  half.resolve();
  await watcher.reached(10);
  expect(watcher.notices).toEqual([{ resumed: 8 }]);
  expect(watcher.seqs).toEqual([9, 10]);
});

test("a seq that has not come yet belongs to another log: the answer says where this one is, and it goes on from there", async () => {
  const live = await startLive();
  await live.publish(5);
  const watcher = await watch(live.url);
  watcher.say({ resumeFrom: 70_000 });
  expect(await watcher.told("resumed")).toEqual({ resumed: 5 });
  await live.publish(2);
  await watcher.reached(7);
  expect(watcher.seqs).toEqual([6, 7]);
});

test("what was deleted meanwhile is passed over", async () => {
  const live = await startLive();
  await live.publish(10);
  await live.prune();
  await live.publish(3);
  const watcher = await watch(live.url);
  watcher.say({ resumeFrom: 2 });
  await watcher.reached(13);
  expect(watcher.seqs).toEqual([11, 12, 13]);
});

test("where the store cannot be read, whoever asked is let go and may come again", async () => {
  const live = await startLive({
    slowReads: async () => {
      throw new Error("disk full");
    },
  });
  await live.publish(10);
  for (const wish of [{ resumeFrom: 2 }, { since: "2020-01-01" }]) {
    const watcher = await watch(live.url);
    watcher.say(wish);
    expect(await watcher.closed).toEqual({ code: 1013, reason: "what was missed cannot be read at the moment" });
  }
  await until("nobody watches", () => live.told.watched === 0);
});
