import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { AgentEvent } from "../../../src/events/types.ts";
import { complete } from "../../helpers/events.ts";
import { type SocketWatcher, silentClient, silentSseClient, watch, watchSse } from "../../support/live-clients.ts";
import { startLive, type TestLive } from "../../support/live-server.ts";
import { until } from "../../support/until.ts";

interface Listed {
  readonly kind: string;
  readonly state: string;
  readonly depth: number;
  readonly dropped: number;
  readonly delivered: number;
}

async function list(live: TestLive): Promise<readonly Listed[]> {
  return ((await (await fetch(`${live.url}/api/cato/events/subscribers`)).json()) as { subscribers: Listed[] }).subscribers;
}

/** Events of some 20 kB, which fill up the buffers of a connection soon. */
function largeEvents(count: number): AgentEvent[] {
  const attributes = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`text${index}`, "x".repeat(4_000)]));
  return Array.from({ length: count }, () => complete({ type: "agent_heartbeat", agent: "scribe", attributes, data: {} }));
}

/** Publishes large events that were never kept, for tests of what is too much for a disk. */
function publisher(live: TestLive): (count: number) => void {
  const [event] = largeEvents(1) as [AgentEvent];
  let seq = 0;
  return (count) => {
    for (let index = 0; index < count; index += 1) live.stream.publish({ ...event, seq: ++seq, receivedUnixMillis: 0 });
  };
}

/** Publishes until somebody has lost events. */
async function untilDropped(live: TestLive): Promise<void> {
  while (live.told.dropped === 0) await live.publish(largeEvents(20));
}

/** The seqs in their order, and after each notice of drops where it went on. */
function gapsOf(watcher: SocketWatcher): { readonly after: number; readonly told: number; readonly next: number }[] {
  return watcher.messages.flatMap(({ dropped }, index) =>
    dropped === undefined
      ? []
      : [
          {
            after: Number(watcher.messages[index - 1]?.seq ?? 0),
            told: Number(dropped),
            next: Number(watcher.messages[index + 1]?.seq),
          },
        ],
  );
}

test("of fifty watchers one stalls: it is told its drops, exactly, before the next event, and the others miss nothing", async () => {
  const live = await startLive();
  const watchers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => watch(live.url, index % 2 === 0 ? "/ws?batch=1" : "/ws")),
  );
  const [stalled, ...others] = watchers as [SocketWatcher, ...SocketWatcher[]];
  // The others watch something else than what fills the stalled one's connection, so that the test need not read it fifty times.
  for (const other of others) other.say({ subscribe: { types: ["agent_started"] } });
  await Promise.all(others.map((other) => other.told("subscribed")));
  stalled.socket.pause();
  const small = () => live.publish([complete({ type: "agent_started", agent: "scribe", data: {} })]);
  while (live.told.dropped < 250) {
    await live.publish(largeEvents(20));
    await small();
  }
  const [slow, ...free] = await until("the last drops", async () => {
    const listed = await list(live);
    return listed[0]?.dropped === live.told.dropped ? listed : undefined;
  });
  expect(slow).toMatchObject({ depth: 100, state: "live" });
  expect(free.every(({ depth, dropped }) => depth === 0 && dropped === 0)).toBe(true);

  stalled.socket.resume();
  const last = (await small())[0]?.seq as number;
  await Promise.all(watchers.map((watcher) => watcher.reached(last)));
  const wanted = live.log.flatMap(({ type, seq }) => (type === "agent_started" ? seq : []));
  for (const other of others) expect(other.seqs).toEqual(wanted);

  const gaps = gapsOf(stalled);
  expect(gaps.length).toBeGreaterThan(0);
  for (const { after, told, next } of gaps) expect(next - after - 1).toBe(told);
  const lost = gaps.reduce((sum, { told }) => sum + told, 0);
  expect(lost).toBe(live.told.dropped);
  expect(stalled.seqs.length + lost).toBe(last);
  expect(stalled.seqs).toEqual(stalled.seqs.toSorted((one, other) => one - other));
});

test("whoever was told of drops gets them from the store when it asks", async () => {
  const live = await startLive();
  const watcher = await watch(live.url, "/ws?batch=1");
  watcher.socket.pause();
  await untilDropped(live);
  watcher.socket.resume();
  await live.publish(1);
  await watcher.reached(live.log.length);
  const [gap] = gapsOf(watcher);
  watcher.say({ resumeFrom: gap?.after });
  await watcher.told("resumed");
  await watcher.reached(live.log.length);
  const answer = watcher.messages.findIndex((message) => "resumed" in message);
  const replayed = watcher.messages.slice(answer + 1).map(({ seq }) => seq);
  expect(replayed).toEqual(live.log.slice(gap?.after).map(({ seq }) => seq));
});

test("a pause of a slow watcher loses nothing more, and what was lost before is told first", async () => {
  const live = await startLive();
  const watcher = await watch(live.url, "/ws?batch=1");
  watcher.socket.pause();
  await untilDropped(live);
  watcher.say({ pause: true });
  await until("the pause", async () => (await list(live))[0]?.state === "paused");
  const { dropped } = live.told;
  await live.publish(largeEvents(150));
  expect(live.told.dropped).toBe(dropped);
  watcher.say({ pause: false });
  watcher.socket.resume();
  await watcher.reached(live.log.length);
  expect(watcher.seqs.length + dropped).toBe(live.log.length);
  expect(gapsOf(watcher).reduce((sum, { told }) => sum + told, 0)).toBe(dropped);
});

test("a slow watcher that asks for something else gets all of that after the answer, and is told before it what was dropped", async () => {
  const live = await startLive();
  const watcher = await watch(live.url, "/ws?batch=1");
  watcher.say({ subscribe: { agents: ["scribe"] } });
  await watcher.told("subscribed");
  watcher.socket.pause();
  await untilDropped(live);
  const other = await watch(live.url, "/ws?batch=1");
  const unseen = () => complete({ type: "agent_heartbeat", agent: "critic", data: {} });
  for (let round = 0; round < 5; round += 1) await live.publish([unseen(), ...largeEvents(1), unseen()]);
  // All of it was offered to both of them by then.
  await other.reached(live.log.length);
  watcher.say({ pause: false });
  watcher.say({ subscribe: {} });
  await until("the other filter", async () => (await list(live))[0]?.state === "replaying");
  watcher.socket.resume();
  await watcher.reached(live.log.length);
  const [, dropped, unpaused, subscribed] = watcher.notices;
  expect(watcher.notices).toEqual([
    { subscribed: { agents: ["scribe"] }, seq: 0 },
    { dropped: live.told.dropped },
    { paused: false, seq: subscribed?.seq },
    { subscribed: {}, seq: expect.any(Number) },
  ]);
  const after = watcher.messages
    .slice(watcher.messages.indexOf(subscribed as (typeof watcher.messages)[number]))
    .flatMap(({ event_type, seq }) => (event_type ? [seq] : []));
  expect(after).toEqual(live.log.slice(Number(subscribed?.seq)).map(({ seq }) => seq));
  const before = watcher.seqs.length - after.length;
  const wantedBefore = live.log.slice(0, Number(unpaused?.seq)).filter(({ agent }) => agent === "scribe");
  expect(before + Number(dropped?.dropped)).toBe(wantedBefore.length);
});

test("catching up goes as fast as the watcher reads, and holds no more than a few pages", async () => {
  let reads = 0;
  const live = await startLive({
    slowReads: async () => {
      reads += 1;
    },
  });
  for (let round = 0; round < 10; round += 1) await live.publish(largeEvents(250));
  const watcher = await watch(live.url, "/ws?batch=1");
  watcher.socket.pause();
  watcher.say({ resumeFrom: 0 });
  await until("reading to begin", () => reads > 0);
  await sleep(500);
  // 2,500 events are 5 pages of 10 MB each; one that is not taken is the last that is read.
  expect(reads).toBeLessThan(4);
  watcher.socket.resume();
  await watcher.reached(2_500);
  expect(watcher.seqs).toEqual(live.log.map(({ seq }) => seq));
});

test.each(["WebSocket", "server-sent events"])("a stuck watcher by %s is let go, and the others are not", async (kind) => {
  const live = await startLive({ stuckMillis: 600 });
  const watcher = await watch(live.url);
  watcher.say({ subscribe: { types: ["agent_started"] } });
  await watcher.told("subscribed");
  if (kind === "WebSocket") await silentClient(live.port);
  else await silentSseClient(live.port);
  await until("two watchers", () => live.told.watched === 2);
  await untilDropped(live);
  await until("one watcher", () => live.told.watched === 1);
  await live.publish([complete({ type: "agent_started", agent: "a", data: {} })]);
  await watcher.reached(live.log.length);
});

test("half-open connections are gone within two pings, and those that answer stay", async () => {
  // Both sides share a thread: what holds it up for so long cuts off those that answer, too.
  const pingMillis = 1_000;
  const live = await startLive({ pingMillis });
  const watcher = await watch(live.url);
  await Promise.all([silentClient(live.port), silentClient(live.port), silentClient(live.port)]);
  const startedMillis = performance.now();
  await until("four watchers", () => live.told.watched === 4);
  await until("one watcher", () => live.told.watched === 1);
  expect(performance.now() - startedMillis).toBeLessThan(2 * pingMillis + 1_000);
  await sleep(1.5 * pingMillis);
  await live.publish(1);
  await watcher.reached(1);
});

test("a watcher who reads slowly stays, though its answer to a ping stands behind what it has to read", async () => {
  const pingMillis = 1_500;
  const live = await startLive({ pingMillis });
  const client = await silentClient(live.port);
  const publish = publisher(live);
  const startedMillis = performance.now();
  const elapsedMillis = () => performance.now() - startedMillis;
  let readBytes = 0;
  client.on("data", (chunk) => {
    readBytes += chunk.length;
    // Some 10 MB a second, as the system tells a sender of a reader's progress in steps of a megabyte or two.
    if (readBytes > elapsedMillis() * 10_000) client.pause();
  });
  while (elapsedMillis() < 2.5 * pingMillis || live.told.dropped === 0) {
    // Few enough that one write does not take it longer to read than the time between two pings.
    publish(40);
    client.resume();
    await sleep(5);
  }
  expect(live.told.watched).toBe(1);
});

test("whoever asks and asks without reading the answers is let go", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  watcher.socket.pause();
  const agents = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(190, "x"));
  await until("the end", () => {
    for (let count = 0; count < 20 && watcher.socket.bufferedAmount < 1_000_000; count += 1)
      watcher.say({ subscribe: { agents } });
    return live.told.watched === 0;
  });
});

test("a stuck watcher costs no memory, however much passes", async () => {
  const live = await startLive();
  const client = await silentClient(live.port, "/ws?batch=1");
  const publish = publisher(live);
  const pass = async (count: number) => {
    for (let left = count; left > 0; left -= 100) {
      publish(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await pass(20_000);
  const before = process.memoryUsage().arrayBuffers;
  await pass(80_000);
  expect((await list(live))[0]).toMatchObject({ depth: 100 });
  expect(live.told.dropped).toBeGreaterThan(90_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  client.destroy();
  await until("nobody watches", () => live.told.watched === 0);
});

test("server-sent events that are not read wait and are dropped as all others", async () => {
  const live = await startLive();
  const watcher = await watchSse(live.url);
  await watcher.told("type");
  const silent = await silentSseClient(live.port);
  await untilDropped(live);
  await watcher.reached(live.log.length);
  expect(watcher.seqs).toEqual(live.log.map(({ seq }) => seq));
  let text = "";
  silent.on("data", (chunk) => {
    text += chunk;
  });
  silent.resume();
  const dropped = await until("the drops", () => /^id: (\d+)\ndata: \{"dropped":\d+\}\n\nid: (\d+)\n/m.exec(text) ?? undefined);
  // Whoever comes again with the id of that notice gets what was dropped, and not what was not.
  const before = text.slice(0, dropped.index).match(/^id: \d+$/gm);
  expect(dropped[1]).toBe(before?.at(-1)?.slice("id: ".length));
  const gap = Number(dropped[2]) - Number(dropped[1]) - 1;
  expect(dropped[0]).toContain(`{"dropped":${gap}}`);
});
