import type { StoredEvent } from "../events/types.ts";
import type { EventPage, EventStore } from "../store/event-store.ts";

/** Small enough that what is read and applied is let go of while it is young, which garbage collection does for next to nothing. */
const PAGE_EVENTS = 2_000;

/** Hands over every stored event after `afterSeq`, oldest first, a page at a time. */
export async function replayStore(
  store: Pick<EventStore, "query">,
  apply: (event: StoredEvent) => void,
  afterSeq = 0,
): Promise<void> {
  const ask = (cursor?: string): Promise<EventPage> =>
    store.query({ order: "oldest-first", limit: PAGE_EVENTS, afterSeq, ...(cursor === undefined ? {} : { cursor }) });
  let next: Promise<EventPage> | undefined = ask();
  while (next !== undefined) {
    const { events, nextCursor }: EventPage = await next;
    // The store reads the next page in a thread of its own while this one is applied.
    next = nextCursor === undefined ? undefined : ask(nextCursor);
    // Where applying throws, nobody waits for that page any more.
    next?.catch(() => undefined);
    for (const event of events) apply(event);
  }
}
