import type { EventStore } from "../../store/event-store.ts";
import type { LogReaders } from "./catch-up.ts";

/** How the stream asks a store for what was missed. */
export function logReaders(store: Pick<EventStore, "query" | "stats">): LogReaders {
  return {
    async readAfter(afterSeq, limit) {
      return (await store.query({ afterSeq, limit })).events;
    },
    async seqBefore(sinceUnixMillis) {
      // Asked first: an event that is kept between the two questions would otherwise count as one that happened before.
      const { lastSeq } = await store.stats();
      // What happened was heard of afterwards: an event from before, by a clock that is ahead, is not from since.
      const afterSeq = await seqKeptBefore(store, sinceUnixMillis, lastSeq);
      const [first] = (await store.query({ sinceUnixMillis, afterSeq, limit: 1 })).events;
      return first === undefined ? lastSeq : first.seq - 1;
    },
  };
}

/** The seq before the first event that was kept at or after a moment: halved down to, as events are kept in the order of both. */
async function seqKeptBefore(store: Pick<EventStore, "query">, unixMillis: number, lastSeq: number): Promise<number> {
  let [low, high] = [0, lastSeq];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [next] = (await store.query({ afterSeq: middle, limit: 1 })).events;
    if (next === undefined || next.receivedUnixMillis >= unixMillis) high = middle;
    else low = next.seq;
  }
  return low;
}
