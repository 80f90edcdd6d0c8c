import { camelCase, type Fields, isFields } from "./flat.ts";
import { readTime } from "./time.ts";

/**
 * Brings an event as Crowsnest itself tells it back to the envelope: as a store has it (`/api/events`, an export), and as the live stream
 * sends it to consoles and to observatories. So what one hub gave out can be sent to another one, where it is the same event.
 * Undefined where it is none of these.
 */
export function readOwn(fields: Fields): Fields | undefined {
  if (typeof fields.receivedUnixMillis === "number") {
    // Where it stands in a store, and since when, is that store's own.
    const { seq: _, receivedUnixMillis: __, ...event } = fields;
    return event;
  }
  if (typeof fields.event_type !== "string") return undefined;
  if (isFromStream(fields) && isFields(fields.payload)) {
    const { event_type: type, timestamp, payload, ...around } = fields;
    // They stand there twice, as consoles look for them in the payload.
    const { agent: _, task_id: __, ...data } = payload;
    return envelope(type, timestamp, around, data);
  }
  if (isFields(fields.metadata) && isFromStream(fields.metadata)) {
    return envelope(fields.event_type, fields.timestamp, fields.metadata, fields.event_data);
  }
  return undefined;
}

function isFromStream({ id, seq, service }: Fields): boolean {
  return typeof id === "string" && typeof seq === "number" && typeof service === "string";
}

function envelope(type: unknown, timestamp: unknown, around: Fields, data: unknown): Fields {
  const { seq: _, service: source, ...rest } = around;
  const named = Object.fromEntries(Object.entries(rest).map(([name, value]) => [camelCase(name), value]));
  return { ...named, type, timeUnixMillis: readTime(timestamp), source, data };
}
