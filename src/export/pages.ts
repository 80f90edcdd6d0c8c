import type { StoredEvent } from "../events/types.ts";
import type { EventPage, EventQuery } from "../store/event-store.ts";
import type { Selection } from "./selection.ts";

/** Events read at once: few, as each may be a megabyte of memory, once as the store's text, once as an event and once as it is written. */
const PAGE_EVENTS = 25;

/**
 * The selected events that are there now, oldest first, page by page; what is kept while they are read is not among them, so that an
 * export ends however busy the store is. Where in the log the wanted moments lie is asked once and not for each page.
 */
export function* pagesOf(
  query: (query: EventQuery) => EventPage,
  selection: Selection,
): Generator<readonly StoredEvent[], void, undefined> {
  const [newest] = query({ ...selection, order: "newest-first", limit: 1 }).events;
  const [oldest] = query({ ...selection, order: "oldest-first", limit: 1 }).events;
  if (newest === undefined || oldest === undefined) return;
  const { sinceUnixMillis = Number.NEGATIVE_INFINITY, untilUnixMillis = Number.POSITIVE_INFINITY, ...others } = selection;
  let afterSeq = oldest.seq - 1;
  while (afterSeq < newest.seq) {
    const { events } = query({ ...others, order: "oldest-first", limit: PAGE_EVENTS, afterSeq });
    yield events.filter(
      ({ seq, timeUnixMillis }) => seq <= newest.seq && timeUnixMillis >= sinceUnixMillis && timeUnixMillis < untilUnixMillis,
    );
    // Where there are none any more, the rest was deleted since.
    afterSeq = events.at(-1)?.seq ?? newest.seq;
  }
}
