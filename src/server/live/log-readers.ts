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
      const [first] = (await store.query({ sinceUnixMillis, limit: 1 })).events;
      return first === undefined ? lastSeq : first.seq - 1;
    },
  };
}
