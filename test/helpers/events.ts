import type { AgentEvent, EventInput, EventOf } from "../../src/events/types.ts";
import { uuidv7 } from "../../src/events/uuid.ts";
import { parseEvent } from "../../src/events/validate.ts";

/** When events happen in tests unless they say otherwise: noon UTC. */
export const NOON = Date.UTC(2025, 2, 4, 12);

/** What a caller gives, as the bus carries it: checked against the vocabulary, with an id, a time and a source. */
export function complete<Input extends EventInput>(input: Input): EventOf<Input["type"]> {
  const parsed = parseEvent({ id: uuidv7(), timeUnixMillis: NOON, source: "shop", ...input });
  if (!("event" in parsed)) throw new Error(`not an event: ${JSON.stringify(parsed.problems)}`);
  return parsed.event as EventOf<Input["type"]>;
}

/** A list of events that follow each other, each `[seconds after noon, event]`. */
export function timeline(...steps: readonly (readonly [atSeconds: number, input: EventInput])[]): AgentEvent[] {
  return steps.map(([atSeconds, input]) => complete({ ...input, timeUnixMillis: NOON + atSeconds * 1_000 }));
}

/** Heartbeats with names of their own, for tests that only need some events and an order. */
export function someEvents(count: number): EventOf<"agent_heartbeat">[] {
  return Array.from({ length: count }, (_, index) => complete({ type: "agent_heartbeat", agent: `agent-${index}`, data: {} }));
}
