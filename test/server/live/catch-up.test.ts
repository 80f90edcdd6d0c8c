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
  readonly #eventBytes: number;
  #reads: (() => void)[] = [];

  constructor(alreadyStored: number, eventBytes: number) {
    this.commit(alreadyStored);
    this.#published = alreadyStored;
    this.broadcaster = new Broadcaster({ maxWatchers: 100 }, alreadyStored, {
      delivered() {},
      dropped() {},
      watched() {},
      refused() {},
    });
    onTestFinished(() => this.broadcaster.close());
    this.catchUp = new CatchUp(this.broadcaster, {
      readAfter: (seq, limit) => this.#read(seq, limit),
      seqBefore: (seq) => this.#look(seq),
    });
    const scene = this;
    const connection: Connection = {
      get backlogBytes() {
        return scene.#backlogBytes;
      },
      write: (bytes) => this.#write(bytes),
      close() {},
    };
    this.#eventBytes = eventBytes;
    const line = (value: object) => `${JSON.stringify(value)}\n`;
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

  arrive(count: number): void {
    this.commit(count);
    this.publish(this.log.length);
    this.flush();
  }

  flush(): void {
    this.broadcaster.flush();
  }

  pause(): void {
    this.subscriber.pause();
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

  since(seq: number): void {
    this.catchUp.startSince(this.subscriber, seq, (found) => this.subscriber.notify({ resumed: found }));
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

  /** Here, an event's moment is its seq. */
  #look(seq: number): Promise<number> {
    const found = Math.min(seq, this.log.length);
    return new Promise((resolve) => this.#reads.push(() => resolve(found)));
  }

  #write(bytes: Buffer): void {
    const texts = bytes.toString().trimEnd().split("\n");
    this.received.push(...texts.map((text) => JSON.parse(text)));
    this.#backlogBytes += texts.length * this.#eventBytes;
  }
}

test("whoever knows already of an event that waits to be sent together with others goes on after it", async () => {
  const scene = new Scene(5, 100);
  scene.commit(3);
  scene.publish(3);
  scene.resume(8);
  await scene.settle();
  expect(scene.received).toEqual([{ event: 6 }, { event: 7 }, { event: 8 }, { resumed: 8 }]);
});

const someEventsAtOnce = fc.integer({ min: 1, max: 40 });
const nothing = fc.constant(0);
const action = fc.oneof(
  ...(
    [
      ["arrive", 6, someEventsAtOnce],
      ["commit", 1, someEventsAtOnce],
      ["publish", 1, someEventsAtOnce],
      ["flush", 1, nothing],
      ["answer", 3, nothing],
      ["take", 2, nothing],
      ["pause", 1, nothing],
      ["unpause", 2, nothing],
      ["resume", 1, fc.nat(1_000)],
      ["since", 1, fc.nat(1_000)],
    ] as const
  ).map(([name, weight, count]) => ({ weight, arbitrary: fc.record({ name: fc.constant(name), count }) })),
);

const stores = fc.integer({ min: 0, max: 700 });
/** From many events in what a connection takes at once to less than one. */
const sizes = fc.constantFrom(100, 5_000, 30_000, 300_000);

test("however events, answers of the store, a slow network, pauses and wishes fall together: no gap that was not told, and no repeat", async () => {
  await fc.assert(
    fc.asyncProperty(
      stores,
      sizes,
      fc.array(action, { minLength: 10, maxLength: 80 }),
      async (alreadyStored, eventBytes, actions) => {
        const scene = new Scene(alreadyStored, eventBytes);
        for (const { name, count } of actions) {
          scene[name](count);
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
      },
    ),
    { numRuns: 200 },
  );
});
