import { Sender } from "ws";
import type { LiveEvent } from "./live-event.ts";

/** How events and notices become the bytes of one kind of stream. Servers send unmasked frames, so they are the same for every client. */
export interface Encoding {
  readonly name: string;
  events(events: readonly LiveEvent[]): Buffer;
  /**
   * Something that is no event: how many were dropped, what is subscribed to, what was wrong.
   *
   * @param seq where a watcher who has got this far would go on from
   */
  notice(notice: object, seq: number): Buffer;
}

const OPCODE_TEXT = 1;
/** A frame is closed once its text is so long: a client reads a frame as a whole. */
const FRAME_CHARS = 262_144;

/** One frame for each event. */
export const framePerEvent: Encoding = {
  name: "websocket",
  events: (events) => Buffer.concat(events.flatMap((event) => frame(event.console))),
  notice: (notice) => Buffer.concat(frame(JSON.stringify(notice))),
};

/** As few frames as may be, each a JSON array of events. */
export const framePerBatch: Encoding = {
  name: "websocket-batch",
  events: (events) => Buffer.concat(arraysOf(events).flatMap(frame)),
  notice: framePerEvent.notice,
};

/** Server-sent events; the id is a seq, which the browser gives back as `Last-Event-ID`. */
export const serverSentEvents: Encoding = {
  name: "sse",
  events: (events) => Buffer.from(events.map(({ seq, observatory }) => message(seq, observatory)).join("")),
  notice: (notice, seq) => Buffer.from(message(seq, JSON.stringify(notice))),
};

function arraysOf(events: readonly LiveEvent[]): string[] {
  const arrays: string[] = [];
  let open = "";
  for (const { console: text } of events) {
    open += `${open === "" ? "[" : ","}${text}`;
    if (open.length < FRAME_CHARS) continue;
    arrays.push(`${open}]`);
    open = "";
  }
  if (open !== "") arrays.push(`${open}]`);
  return arrays;
}

/** Header and payload of a frame by RFC 6455, section 5.2, as `ws` itself makes them. */
function frame(text: string): Buffer[] {
  return Sender.frame(Buffer.from(text), { fin: true, rsv1: false, opcode: OPCODE_TEXT, mask: false, readOnly: false });
}

function message(seq: number, json: string): string {
  return `id: ${seq}\ndata: ${json}\n\n`;
}
