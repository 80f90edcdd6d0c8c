import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type QueueOptions, SinkQueue } from "../../src/bus/queue.ts";
import type { AgentEvent } from "../../src/events/types.ts";
import { someEvents } from "../helpers/events.ts";
import { collectGarbage } from "../helpers/garbage.ts";
import { TestSink } from "./test-sink.ts";

interface Drop {
  readonly reason: string;
  readonly count: number;
  readonly cause?: unknown;
}

function createQueue(sink: TestSink, options: QueueOptions = {}) {
  const drops: Drop[] = [];
  const queue = new SinkQueue(sink, options, {
    dropped: (_queue, reason, count, cause) => drops.push(cause === undefined ? { reason, count } : { reason, count, cause }),
  });
  const push = (events: readonly AgentEvent[]): void => {
    for (const event of events) queue.push(event);
  };
  return { queue, drops, push };
}

/** A sink whose writes wait until the test lets them go on, one after the other. */
function gatedSink() {
  const waiting: (() => void)[] = [];
  const sink = new TestSink({ write: () => new Promise((resolve) => waiting.push(resolve)) });
  const letOne = async (): Promise<void> => {
    await nextTurn();
    waiting.shift()?.();
    await nextTurn();
  };
  return { sink, letOne };
}

/** Lost events by reason. */
function lost(drops: readonly Drop[]): Record<string, number> {
  const byReason: Record<string, number> = {};
  for (const { reason, count } of drops) byReason[reason] = (byReason[reason] ?? 0) + count;
  return byReason;
}

describe("SinkQueue", () => {
  it("writes what is pushed together as one batch, in order", async () => {
    const sink = new TestSink();
    const { queue, push } = createQueue(sink);
    const events = someEvents(5);
    push(events);
    await queue.flush();
    expect(sink.received).toEqual(events);
    expect(sink.batchSizes).toEqual([5]);
  });

  it("never writes more than a batch at once, nor two batches at a time", async () => {
    let underWay = 0;
    const sink = new TestSink({
      write: async () => {
        underWay += 1;
        expect(underWay).toBe(1);
        await nextTurn();
        underWay -= 1;
      },
    });
    const { queue, push } = createQueue(sink, { maxBatch: 4 });
    const events = someEvents(10);
    push(events);
    await queue.flush();
    expect(sink.batchSizes).toEqual([4, 4, 2]);
    expect(sink.received).toEqual(events);
  });

  it("keeps the order of many thousands of events that come while others are written", async () => {
    const sink = new TestSink({ write: () => nextTurn() });
    const { queue, push, drops } = createQueue(sink, { maxBatch: 700 });
    const events = someEvents(9_000);
    for (let from = 0; from < events.length; from += 1_000) {
      push(events.slice(from, from + 1_000));
      await nextTurn();
    }
    await queue.flush();
    expect(sink.received).toEqual(events);
    expect(drops).toEqual([]);
  });

  it("tells its capacity, and how many events wait with those being written", async () => {
    const { sink, letOne } = gatedSink();
    const { queue, push } = createQueue(sink, { capacity: 10, maxBatch: 2 });
    expect([queue.capacity, queue.depth]).toEqual([10, 0]);
    push(someEvents(5));
    expect(queue.depth).toBe(5);
    await nextTurn();
    expect(queue.depth).toBe(5);
    await letOne();
    expect(queue.depth).toBe(3);
    await letOne();
    await letOne();
    expect(queue.depth).toBe(0);
  });

  it("drops the newest when it is full, unless told otherwise, and counts each", async () => {
    const { sink, letOne } = gatedSink();
    const { queue, push, drops } = createQueue(sink, { capacity: 3 });
    const events = someEvents(5);
    push(events);
    expect(queue.depth).toBe(3);
    expect(lost(drops)).toEqual({ queue_full: 2 });
    await letOne();
    await queue.flush();
    expect(sink.received).toEqual(events.slice(0, 3));
  });

  it("drops the oldest where the sink asks for that, but not what is being written", async () => {
    const { sink, letOne } = gatedSink();
    const { queue, push, drops } = createQueue(sink, { capacity: 4, maxBatch: 2, overflow: "drop-oldest" });
    const events = someEvents(8);
    push(events.slice(0, 4));
    await nextTurn();
    push(events.slice(4));
    expect(queue.depth).toBe(4);
    expect(lost(drops)).toEqual({ queue_full: 4 });
    for (let writes = 0; writes < 2; writes += 1) await letOne();
    await queue.flush();
    expect(sink.received).toEqual([...events.slice(0, 2), ...events.slice(6)]);
  });

  it("drops what comes when everything is being written and nothing older waits", async () => {
    const { sink, letOne } = gatedSink();
    const { queue, push, drops } = createQueue(sink, { capacity: 2, overflow: "drop-oldest" });
    const events = someEvents(3);
    push(events.slice(0, 2));
    await nextTurn();
    push(events.slice(2));
    expect(lost(drops)).toEqual({ queue_full: 1 });
    await letOne();
    await queue.flush();
    expect(sink.received).toEqual(events.slice(0, 2));
  });

  it.each(["drop-oldest", "drop-newest"] as const)(
    "holds no more than its capacity in memory while its sink is stuck (%s)",
    async (overflow) => {
      const stuck = new TestSink({ write: () => new Promise(() => undefined) });
      const { queue, push } = createQueue(stuck, { capacity: 100, maxBatch: 10, overflow });
      push(someEvents(50));
      await nextTurn();
      const references: WeakRef<AgentEvent>[] = [];
      for (let round = 0; round < 20; round += 1) {
        const events = someEvents(1_000);
        references.push(...events.map((event) => new WeakRef(event)));
        push(events);
      }
      await sleep(1);
      collectGarbage();
      const alive = references.filter((reference) => reference.deref() !== undefined).length;
      expect(queue.depth).toBe(100);
      // Some slack for a list that is cut now and then rather than on every push.
      expect(alive).toBeLessThan(3_000);
    },
  );

  it("counts a batch as lost when its write fails, with the cause, and goes on with the next", async () => {
    let writes = 0;
    const broken = new Error("disk full");
    const sink = new TestSink({
      write: async () => {
        writes += 1;
        if (writes === 1) throw broken;
      },
    });
    const { queue, push, drops } = createQueue(sink, { maxBatch: 2 });
    const events = someEvents(4);
    push(events);
    await queue.flush();
    expect(drops).toEqual([{ reason: "write_failed", count: 2, cause: broken }]);
    expect(sink.received).toEqual(events.slice(2));
  });

  it("counts a write that throws at once like one that rejects", async () => {
    const sink = new TestSink();
    sink.write = () => {
      throw new Error("not even a promise");
    };
    const { queue, push, drops } = createQueue(sink);
    push(someEvents(3));
    await queue.flush();
    expect(lost(drops)).toEqual({ write_failed: 3 });
  });

  it("flushes what was pushed before, however fast more comes", async () => {
    const sink = new TestSink({ write: () => sleep(1) });
    const { queue, push } = createQueue(sink, { maxBatch: 10 });
    const early = someEvents(30);
    push(early);
    // A host that never stops talking.
    const timer = setInterval(() => push(someEvents(20)), 0);
    const flushed = await Promise.race([queue.flush().then(() => true), sleep(2_000, false)]);
    clearInterval(timer);
    expect(flushed).toBe(true);
    expect(sink.received.slice(0, 30)).toEqual(early);
    await queue.close(0);
  });

  it("does not take a dropped event for the one that a flush waits for", async () => {
    const { sink, letOne } = gatedSink();
    const { queue, push, drops } = createQueue(sink, { capacity: 4, maxBatch: 2, overflow: "drop-oldest" });
    push(someEvents(2));
    let flushed = false;
    const flushing = queue.flush().then(() => (flushed = true));
    await nextTurn();
    push(someEvents(6));
    await nextTurn();
    expect(lost(drops)).toEqual({ queue_full: 4 });
    expect(flushed).toBe(false);
    await letOne();
    await flushing;
    expect(sink.received).toHaveLength(2);
    await queue.close(0);
  });

  it("flushes at once when nothing waits", async () => {
    const { queue } = createQueue(new TestSink());
    await expect(queue.flush()).resolves.toBeUndefined();
  });

  it("drains and then closes its sink", async () => {
    const order: string[] = [];
    const sink = new TestSink({
      write: async () => {
        await sleep(5);
        order.push("written");
      },
      close: async () => {
        order.push("closed");
      },
    });
    const { queue, push, drops } = createQueue(sink, { maxBatch: 2 });
    const events = someEvents(6);
    push(events);
    await queue.close(1_000);
    expect(order).toEqual(["written", "written", "written", "closed"]);
    expect(sink.received).toEqual(events);
    expect(drops).toEqual([]);
  });

  it("gives up after the deadline, counts what is left once, and closes the sink all the same", async () => {
    const { sink, letOne } = gatedSink();
    const { queue, push, drops } = createQueue(sink, { maxBatch: 2 });
    push(someEvents(6));
    const startedAt = performance.now();
    await queue.close(30);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(lost(drops)).toEqual({ deadline: 6 });
    expect(queue.depth).toBe(0);
    expect(sink.closed).toBe(1);
    await letOne();
    expect(lost(drops)).toEqual({ deadline: 6 });
  });

  it("does not count a write twice that fails after the deadline", async () => {
    let fail: (error: Error) => void = () => undefined;
    const sink = new TestSink({ write: () => new Promise((_, reject) => (fail = reject)) });
    const { queue, push, drops } = createQueue(sink);
    push(someEvents(3));
    await queue.close(10);
    fail(new Error("too late"));
    await nextTurn();
    expect(lost(drops)).toEqual({ deadline: 3 });
  });

  it("does not wait for longer than the deadline for a sink that does not close", async () => {
    const sink = new TestSink({ close: () => new Promise(() => undefined) });
    const { queue } = createQueue(sink);
    const startedAt = performance.now();
    await queue.close(30);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it("survives a sink that fails to close, and tells why", async () => {
    const broken = new Error("cannot close");
    const { queue, drops } = createQueue(new TestSink({ close: () => Promise.reject(broken) }));
    await queue.close(100);
    expect(drops).toEqual([{ reason: "write_failed", count: 0, cause: broken }]);
  });

  it("counts what is pushed after closing began", async () => {
    const sink = new TestSink();
    const { queue, push, drops } = createQueue(sink);
    const events = someEvents(3);
    push(events.slice(0, 1));
    const closing = queue.close(100);
    push(events.slice(1, 2));
    await closing;
    push(events.slice(2));
    expect(sink.received).toEqual(events.slice(0, 1));
    expect(lost(drops)).toEqual({ closed: 2 });
  });

  it("closes its sink once, however often it is closed", async () => {
    const sink = new TestSink();
    const { queue } = createQueue(sink);
    await Promise.all([queue.close(100), queue.close(100)]);
    await queue.close(100);
    expect(sink.closed).toBe(1);
  });

  it("leaves no timer behind", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timers();
    const { queue } = createQueue(new TestSink());
    await queue.close(60_000);
    expect(timers()).toBe(before);
  });
});
