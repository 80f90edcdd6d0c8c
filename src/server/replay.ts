import type { StoredEvent } from "../events/types.ts";
import type { EventStore } from "../store/event-store.ts";

const PAGE_EVENTS = 10_000;

/** Hands over every stored event, oldest first, a page at a time. */
export async function replayStore(store: EventStore, apply: (event: StoredEvent) => void): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await store.query({ order: "oldest-first", limit: PAGE_EVENTS, ...(cursor === undefined ? {} : { cursor }) });
    for (const event of page.events) apply(event);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
