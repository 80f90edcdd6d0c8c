import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { StoredEvent } from "../../../src/events/types.ts";
import { Broadcaster } from "../../../src/server/live/broadcaster.ts";
import { CatchUp } from "../../../src/server/live/catch-up.ts";
import type { Connection } from "../../../src/server/live/connection.ts";
import type { Encoding } from "../../../src/server/live/encodings.ts";
import { LiveEvent } from "../../../src/server/live/live-event.ts";
import { RecentEvents } from "../../../src/server/live/recent.ts";
import { Subscriber } from "../../../src/server/live/subscriber.ts";
import { someEvents } from "../../helpers/events.ts";

const [heartbeat] = someEvents(1);

function stored(seq: number): StoredEvent {
  return { ...heartbeat, id: `${seq}`, seq, receivedUnixMillis: 0 } as StoredEvent;
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

test("recent events are those without a gap up to the newest, or it says that it has not all of them", () => {
  // How far each event's seq lies after the one before it: mostly next to it, as one process writes to a store.
  const steps = fc.array(fc.array(fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 1, 7), { maxLength: 20 }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, fc.nat(300), fc.integer({ min: 1, max: 30 }), (batches, asked, limit) => {
      const recent = new RecentEvents(25, 10);
      const all: number[] = [];
      let seq = 10;
      for (const batch of batches) {
        const seqs = batch.map((step) => (seq += step));
        all.push(...seqs);
        recent.add(seqs.map((number) => new LiveEvent(stored(number))));
      }
      expect(recent.lastSeq).toBe(seq);
      const answer = recent.after(asked, limit)?.map((event) => event.seq);
      if (answer !== undefined) expect(answer).toEqual(all.filter((one) => one > asked).slice(0, limit));
      // What it may not leave out: everything since the last gap, as far as its capacity goes.
      const lastGap = Math.max(10, ...all.filter((one, index) => one !== (all[index - 1] ?? 10) + 1).map((one) => one - 1));
      if (asked >= Math.max(lastGap, seq - 25)) expect(answer).toBeDefined();
    }),
  );
});

test("an event that nobody watched is not at hand, and the next one is", () => {
  const recent = new RecentEvents(10, 0);
  recent.pass(5);
  recent.add([new LiveEvent(stored(6))]);
  expect(recent.after(5, 10)?.map(({ seq }) => seq)).toEqual([6]);
  expect(recent.after(4, 10)).toBeUndefined();
});

/** A watcher whose network takes bytes when it is told to, over a store that answers when it is told to. */
class Scene {
  readonly log: StoredEvent[] = [];
  /** What the watcher was sent, as one JSON text each. */
  readonly received: Record<string, number>[] = [];
  readonly broadcaster: Broadcaster;
  readonly subscriber: Subscriber;
  readonly catchUp: CatchUp;
  #published = 0;
  #backlogBytes = 0;
  #reads: (() => void)[] = [];

  constructor(alreadyStored: number) {
    this.commit(alreadyStored);
    this.#published = alreadyStored;
    this.broadcaster = new Broadcaster({}, alreadyStored, { delivered() {}, dropped() {}, watched() {} });
    onTestFinished(() => this.broadcaster.close());
    this.catchUp = new CatchUp(this.broadcaster.recent, (seq, limit) => this.#read(seq, limit));
    const scene = this;
    const connection: Connection = {
      get backlogBytes() {
        return scene.#backlogBytes;
      },
      write: (bytes) => this.#write(bytes),
      close() {},
    };
    // Of 20 kB each, so that a dozen fills a connection.
    const line = (value: object) => `${JSON.stringify(value)}${" ".repeat(20_000)}\n`;
    const encoding: Encoding = {
      name: "lines",
      events: (events) => Buffer.from(events.map(({ seq }) => line({ event: seq })).join("")),
      notice: (notice) => Buffer.from(`${JSON.stringify(notice)}\n`),
    };
    this.subscriber = new Subscriber(connection, { capacity: 10, encoding });
    this.broadcaster.add(this.subscriber);
  }

  /** The store keeps events, which are published later. */
  commit(count: number): void {
    this.log.push(...range(this.log.length + 1, count).map(stored));
  }

  publish(count: number): void {
    for (const event of this.log.slice(this.#published, this.#published + count)) this.broadcaster.publish(event);
    this.#published = Math.min(this.#published + count, this.log.length);
  }

  /** The store answers what it was asked first, as it was when it was asked. */
  answer(): void {
    this.#reads.shift()?.();
  }

  take(): void {
    this.#backlogBytes = 0;
    this.subscriber.onTaken();
  }

  resume(seq: number): void {
    this.subscriber.notify({ resumed: this.catchUp.start(this.subscriber, seq) });
  }

  unpause(): void {
    if (this.subscriber.state === "paused") this.catchUp.start(this.subscriber, this.subscriber.position);
  }

  /** Everything that is under way comes to its end. */
  async settle(): Promise<void> {
    this.publish(this.log.length);
    this.unpause();
    for (let turn = 0; turn < 1_000; turn += 1) {
      this.answer();
      this.take();
      this.broadcaster.flush();
      await nextTurn();
      if (this.subscriber.state === "live" && this.subscriber.depth === 0) return;
    }
    throw new Error(`it never went live: ${this.subscriber.state}, ${this.subscriber.depth} wait`);
  }

  #read(seq: number, limit: number): Promise<StoredEvent[]> {
    const page = this.log.slice(seq, seq + limit);
    return new Promise((resolve) => this.#reads.push(() => resolve(page)));
  }

  #write(bytes: Buffer): void {
    this.#backlogBytes += bytes.length;
    for (const text of bytes.toString().trimEnd().split("\n")) this.received.push(JSON.parse(text));
  }
}

const action = fc.oneof(
  fc.record({ do: fc.constant("commit" as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("publish" as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("resume" as const), count: fc.nat(800) }),
  fc.constantFrom(...(["flush", "answer", "take", "pause", "unpause", "answer", "take"] as const).map((name) => ({ do: name, count: 0 }))),
);

test("however events, answers of the store, a slow network, pauses and wishes fall together: no gap that was not told, and no repeat", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 700 }), fc.array(action, { maxLength: 60 }), async (alreadyStored, actions) => {
      const scene = new Scene(alreadyStored);
      for (const { do: name, count } of actions) {
        if (name === "flush") scene.broadcaster.flush();
        else if (name === "pause") scene.subscriber.pause();
        else if (name === "take" || name === "answer" || name === "unpause") scene[name]();
        else scene[name](count);
        await nextTurn();
      }
      await scene.settle();

      let last = alreadyStored;
      for (const { event, dropped, resumed } of scene.received) {
        if (resumed !== undefined) last = resumed;
        if (dropped !== undefined) last += dropped;
        if (event !== undefined) expect(event).toBe(last + 1);
        if (event !== undefined) last = event;
      }
      expect(last).toBe(scene.log.length);
      scene.broadcaster.close();
    }),
    { numRuns: 200 },
  );
});
