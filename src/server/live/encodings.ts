import { Sender } from "ws";
import type { LiveEvent } from "./live-event.ts";

/** How events and notices become the bytes of one kind of stream. Servers send unmasked frames, so they are the same for every client. */
export interface Encoding {
  readonly name: string;
  events(events: readonly LiveEvent[]): Buffer;
  /** Something that is no event: how many were dropped, what is subscribed to, what was wrong. */
  notice(notice: object): Buffer;
}

const OPCODE_TEXT = 1;

/** One frame for each event. */
export const framePerEvent: Encoding = {
  name: "websocket",
  events: (events) => Buffer.concat(events.flatMap((event) => frame(event.console))),
  notice: (notice) => Buffer.concat(frame(JSON.stringify(notice))),
};

/** One frame for all events that are sent together, as a JSON array. */
export const framePerBatch: Encoding = {
  name: "websocket-batch",
  events: (events) => Buffer.concat(frame(`[${events.map((event) => event.console).join(",")}]`)),
  notice: framePerEvent.notice,
};

/** Server-sent events; the id is the event's seq, which the browser gives back as `Last-Event-ID`. */
export const serverSentEvents: Encoding = {
  name: "sse",
  events: (events) => Buffer.from(events.map(({ seq, observatory }) => `id: ${seq}\ndata: ${observatory}\n\n`).join("")),
  notice: (notice) => Buffer.from(`data: ${JSON.stringify(notice)}\n\n`),
};

/** Header and payload of a frame by RFC 6455, section 5.2, as `ws` itself makes them. */
function frame(text: string): Buffer[] {
  return Sender.frame(Buffer.from(text), { fin: true, rsv1: false, opcode: OPCODE_TEXT, mask: false, readOnly: false });
}
