import { ownType } from "../../events/families.ts";
import type { AgentEvent, StoredEvent } from "../../events/types.ts";
import type { EventPage, EventQuery } from "../event-store.ts";
import { type EventRow, guard, SqliteRows } from "./rows.ts";

/**
 * Reads the events of a store. It blocks while it reads: right for a command line or an analysis, while a server asks through
 * `EventStore.query`. Throws {@link StoreError}s.
 */
export class SqliteReader extends SqliteRows {
  query(query: EventQuery): EventPage {
    const { rows, ...next } = this.rows(query);
    return { events: rows.map(eventOf), ...next };
  }
}

/** An event as it was kept, with what the store adds. */
export function eventOf([seq, receivedUnixMillis, json]: EventRow): StoredEvent {
  const event = guard(`Event ${seq} is damaged`, () => JSON.parse(json) as AgentEvent);
  event.type = ownType(event.type) ?? event.type;
  return Object.assign(event, { seq, receivedUnixMillis });
}
