import type { StoredEvent } from "../events/types.ts";
import type { EventPage, EventStore } from "../store/event-store.ts";
import { collectSoon } from "./collect-soon.ts";

/** Small enough that what is read and applied is let go of while it is young, which garbage collection does for next to nothing. */
const PAGE_EVENTS = 2_000;
/**
 * What makes way for later events in bounded states is old by then, some 40 MB of it by so many events. Left to itself, V8 would let
 * 250 MB of it gather beside 80 MB that are alive, and keep much of that for good.
 */
const EVENTS_PER_COLLECTION = 50_000;

/** Hands over every stored event after `afterSeq`, oldest first, a page at a time. */
export async function replayStore(
  store: Pick<EventStore, "query">,
  apply: (event: StoredEvent) => void,
  afterSeq = 0,
): Promise<void> {
  const ask = (cursor?: string): Promise<EventPage> =>
    store.query({ order: "oldest-first", limit: PAGE_EVENTS, afterSeq, ...(cursor === undefined ? {} : { cursor }) });
  let uncollected = 0;
  let next: Promise<EventPage> | undefined = ask();
  while (next !== undefined) {
    const { events, nextCursor }: EventPage = await next;
    // The store reads the next page in a thread of its own while this one is applied.
    next = nextCursor === undefined ? undefined : ask(nextCursor);
    // Where applying throws, nobody waits for that page any more.
    next?.catch(() => undefined);
    for (const event of events) apply(event);
    uncollected += events.length;
    if (uncollected < EVENTS_PER_COLLECTION) continue;
    collectSoon();
    uncollected = 0;
  }
}
