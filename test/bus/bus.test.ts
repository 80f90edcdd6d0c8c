import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Bus } from "../../src/bus/bus.ts";
import type { AgentEvent } from "../../src/events/types.ts";
import { someEvents } from "../helpers/events.ts";
import { TestSink } from "./test-sink.ts";

/** A bus, and what it told about its trouble. */
function createBus() {
  const failures: { tap: string; message: string }[] = [];
  const drops: { queue: string; reason: string; count: number }[] = [];
  const bus = new Bus({
    tapFailed: (tap, error) => failures.push({ tap, message: (error as Error).message }),
    dropped: (queue, reason, count) => drops.push({ queue, reason, count }),
  });
  return { bus, failures, drops };
}

const [event, next] = someEvents(2) as [AgentEvent, AgentEvent];

describe("Bus", () => {
  it("calls every tap with every event, in the order in which they came", () => {
    const { bus } = createBus();
    const seen: string[] = [];
    bus.tap("one", ({ agent }) => seen.push(`one ${agent}`));
    bus.tap("two", ({ agent }) => seen.push(`two ${agent}`));
    bus.publish(event);
    bus.publish(next);
    expect(seen).toEqual(["one agent-0", "two agent-0", "one agent-1", "two agent-1"]);
  });

  it("goes on with the other taps when one throws, and tells which", () => {
    const { bus, failures } = createBus();
    const seen: AgentEvent[] = [];
    bus.tap("broken", () => {
      throw new Error("no");
    });
    bus.tap("sound", (received) => seen.push(received));
    expect(() => bus.publish(event)).not.toThrow();
    expect(seen).toEqual([event]);
    expect(failures).toEqual([{ tap: "broken", message: "no" }]);
  });

  it("catches the rejection of a tap that is async by mistake", async () => {
    const { bus, failures } = createBus();
    bus.tap("async", async () => {
      await Promise.resolve();
      throw new Error("later");
    });
    bus.publish(event);
    await sleep(0);
    expect(failures).toEqual([{ tap: "async", message: "later" }]);
  });

  it("lets a tap unsubscribe while it runs, without skipping its neighbour", () => {
    const { bus } = createBus();
    const seen: string[] = [];
    const stop = bus.tap("once", () => {
      seen.push("once");
      stop();
    });
    bus.tap("always", () => seen.push("always"));
    bus.publish(event);
    bus.publish(event);
    stop();
    expect(seen).toEqual(["once", "always", "always"]);
  });

  it("does not show a tap the event during which it subscribed", () => {
    const { bus } = createBus();
    const seen: AgentEvent[] = [];
    bus.tap("first", (received) => {
      if (received === event) bus.tap("late", (later) => seen.push(later));
    });
    bus.publish(event);
    bus.publish(next);
    expect(seen).toEqual([next]);
  });

  it("publishes what a tap publishes, without losing either", () => {
    const { bus } = createBus();
    const seen: AgentEvent[] = [];
    bus.tap("echo", (received) => {
      if (received === event) bus.publish(next);
    });
    bus.tap("all", (received) => seen.push(received));
    bus.publish(event);
    expect(seen).toEqual([next, event]);
  });

  it("feeds a sink what is published after it was connected", async () => {
    const { bus } = createBus();
    const sink = new TestSink();
    bus.publish(event);
    await bus.connect(sink);
    bus.publish(next);
    await bus.flush();
    expect(sink.received).toEqual([next]);
  });

  it("does not connect a sink that cannot start", async () => {
    const { bus } = createBus();
    const sink = new TestSink({ start: () => Promise.reject(new Error("no folder")) });
    await expect(bus.connect(sink)).rejects.toThrow("no folder");
    expect(bus.queues).toEqual([]);
  });

  it("lets no slow sink stall another, nor the publisher", async () => {
    const { bus } = createBus();
    const stuck = new TestSink({ name: "stuck", write: () => new Promise(() => undefined) });
    const quick = new TestSink({ name: "quick" });
    await bus.connect(stuck);
    await bus.connect(quick);
    const events = someEvents(100);
    for (const published of events) bus.publish(published);
    await sleep(10);
    expect(quick.received).toEqual(events);
    expect(stuck.received).toEqual([]);
    await bus.close(10);
  });

  it("goes on after a sink failed, and counts what it lost", async () => {
    const { bus, drops } = createBus();
    const failing = new TestSink({ name: "failing", write: () => Promise.reject(new Error("disk full")) });
    const sound = new TestSink({ name: "sound" });
    await bus.connect(failing);
    await bus.connect(sound);
    bus.publish(event);
    bus.publish(next);
    await bus.flush();
    expect(sound.received).toEqual([event, next]);
    expect(drops).toEqual([{ queue: "failing", reason: "write_failed", count: 2 }]);
  });

  it("drains every sink when it closes, all within one deadline", async () => {
    const { bus, drops } = createBus();
    const slow = new TestSink({ name: "slow", write: () => sleep(20) });
    const stuck = [1, 2, 3].map((number) => new TestSink({ name: `stuck-${number}`, write: () => new Promise(() => undefined) }));
    for (const sink of [slow, ...stuck]) await bus.connect(sink);
    bus.publish(event);
    const startedAt = performance.now();
    await bus.close(200);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(slow.received).toEqual([event]);
    expect(slow.closed).toBe(1);
    expect(drops.map(({ queue, reason }) => `${queue} ${reason}`)).toEqual(stuck.map(({ name }) => `${name} deadline`));
  });

  it("may be closed twice", async () => {
    const { bus } = createBus();
    const sink = new TestSink();
    await bus.connect(sink);
    await Promise.all([bus.close(100), bus.close(100)]);
    await bus.close(100);
    expect(sink.closed).toBe(1);
  });
});
