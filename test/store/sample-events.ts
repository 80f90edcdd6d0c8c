import type { AgentEvent, EventData, EventType } from "../../src/events/types.ts";
import { uuidv7 } from "../../src/events/uuid.ts";

/** A moment that samples count from: 2026-03-01 12:00 UTC. */
export const NOON_UNIX_MILLIS = Date.UTC(2026, 2, 1, 12);

/** An event as it comes from the edge; whatever a test cares about, it says. */
export function sampleEvent(fields: Partial<AgentEvent> = {}): AgentEvent {
  return {
    id: uuidv7(),
    type: "agent_heartbeat",
    timeUnixMillis: NOON_UNIX_MILLIS,
    source: "checkout-agents",
    agent: "scribe",
    data: { status: "busy" },
    ...fields,
  } as AgentEvent;
}

/** An event of a type, with that type's data. */
export function sampleOf<T extends EventType>(type: T, data: EventData<T>, fields: Partial<AgentEvent> = {}): AgentEvent {
  return sampleEvent({ ...fields, type, data } as Partial<AgentEvent>);
}

export function sampleEvents(count: number, fields: Partial<AgentEvent> = {}): AgentEvent[] {
  return Array.from({ length: count }, () => sampleEvent(fields));
}
