import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express from "express";
import { onTestFinished } from "vitest";
import type { AgentEvent, StoredEvent } from "../../src/events/types.ts";
import type { LogReaders } from "../../src/server/live/catch-up.ts";
import { type LiveDependencies, type LiveOptions, LiveStream } from "../../src/server/live/live-stream.ts";
import { logReaders } from "../../src/server/live/log-readers.ts";
import type { EventStore } from "../../src/store/event-store.ts";
import { openStore } from "../../src/store/open-store.ts";
import { someEvents } from "../helpers/events.ts";
import { tempFolder } from "./temp-folder.ts";

export interface TestLive {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly stream: LiveStream;
  /** Everything that was kept, in order. */
  readonly log: readonly StoredEvent[];
  /** What the stream told about itself. */
  readonly told: { dropped: number; watched: number; refused: number; readonly deliveredSeconds: number[] };
  /** Keeps events in the store and then publishes them, as the hub does; a number stands for so many heartbeats. */
  publish(events: number | readonly AgentEvent[]): Promise<readonly StoredEvent[]>;
  /** Deletes from the store what is due so many days from now; everything where that is left out. */
  prune(inDays?: number): Promise<unknown>;
  /** Says goodbye and stops listening; what was kept stays in its folder. */
  stop(): Promise<void>;
}

export interface TestLiveOptions extends Partial<LiveOptions> {
  readonly port?: number;
  /** Folder of the store. @default one that ends with the test */
  readonly data?: string;
  readonly refusal?: LiveDependencies["refusal"];
  /** Stands between the stream and the store. */
  readonly slowReads?: () => Promise<unknown>;
}

/** The live stream on a port of its own, over a real store. */
export async function startLive({ port = 0, data, refusal, slowReads, ...options }: TestLiveOptions = {}): Promise<TestLive> {
  const store = await openStore(data ?? join(await tempFolder(), "data"));
  const log: StoredEvent[] = [];
  const told = { dropped: 0, watched: 0, refused: 0, deliveredSeconds: [] as number[] };
  const { lastSeq } = await store.stats();
  const stream = new LiveStream({ capacity: 100, maxWatchers: 100, ...options }, lastSeq, {
    delivered: (seconds) => told.deliveredSeconds.push(seconds),
    dropped(count) {
      told.dropped += count;
    },
    watched(count) {
      told.watched = count;
    },
    refused() {
      told.refused += 1;
    },
    refusal: refusal ?? (() => undefined),
    ...readers(store, slowReads),
  });
  const server = createServer(express().use(stream.router));
  stream.attach(server, ["/ws", "/"]);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await stream.close();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
    })();
    return stopped;
  };
  onTestFinished(stop);
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    server,
    stream,
    log,
    told,
    async publish(events) {
      const { stored } = await store.append(typeof events === "number" ? someEvents(events) : events);
      log.push(...stored);
      for (const event of stored) stream.publish(event);
      return stored;
    },
    prune: (inDays = 1_000) => store.prune(Date.now() + inDays * 86_400_000),
    stop,
  };
}

/** As the hub asks its store. */
function readers(store: EventStore, slowReads: () => Promise<unknown> = async () => undefined): LogReaders {
  const { readAfter, seqBefore } = logReaders(store);
  return {
    async readAfter(afterSeq, limit) {
      const events = await readAfter(afterSeq, limit);
      await slowReads();
      return events;
    },
    async seqBefore(sinceUnixMillis) {
      await slowReads();
      return seqBefore(sinceUnixMillis);
    },
  };
}
