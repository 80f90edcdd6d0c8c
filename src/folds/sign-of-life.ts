import type { EventType } from "../events/types.ts";

/** Whether the agent that an event names is heard of by it. An alert is told about an agent, not by it, and may be about its silence. */
export function isSignOfLife(type: EventType): boolean {
  return type !== "alert_fired" && type !== "alert_resolved";
}
