import { z } from "zod";
import { querySchema } from "../../../live/sse-query.ts";
import { type Operation, problem } from "../operation.ts";

const name = z.string();
const names = z.array(name).optional();
const RETRY_AFTER = { "Retry-After": "In how many seconds to try again, where others have to go first." };

const subscribers = z.object({
  success: z.literal(true),
  subscriber_count: z.number().int(),
  subscribers: z.array(
    z.object({
      id: z.string(),
      kind: z.string().describe("How it is sent events."),
      filter: z.object({
        types: names,
        agents: names,
        workflows: names,
        sessions: names,
        services: names,
        severity: name.optional(),
      }),
      depth: z.number().int().describe("Events that wait for it."),
      capacity: z.number().int(),
      dropped: z.number().int().describe("Events that it lost, as it was too slow."),
      delivered: z.number().int(),
      state: z.enum(["live", "paused", "replaying", "gone"]),
      age_seconds: z.number(),
    }),
  ),
});

export const liveOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/api/cato/events/stream",
    tag: "Live",
    summary: "Events as they are kept, as server-sent events.",
    description:
      "Each message has the event's seq as its `id` and `{event_type, event_data, metadata, timestamp}` as its `data`. The first one is " +
      '`{"type":"connected","subscriber_id":…}`; `{"dropped":n}` says how many events were lost as the client was too slow, ' +
      '`{"pruned":n}` how many of those that it missed are no longer kept. A comment comes every 15 s.',
    query: querySchema,
    headers: z.object({
      "Last-Event-ID": z.string().optional().describe("Go on after this event; browsers send it by themselves."),
    }),
    answers: {
      200: { description: "The stream, without an end.", content: { "text/event-stream": z.string() } },
      503: problem("As many watch as there may be, or the store cannot be read at the moment.", RETRY_AFTER),
    },
    shares: [400, 500],
  },
  {
    method: "get",
    path: "/api/cato/events/subscribers",
    tag: "Live",
    summary: "Who watches the stream, how far behind they are, and what they lost.",
    answers: { 200: { description: "The answer.", content: { "application/json": subscribers } } },
  },
  {
    method: "get",
    path: "/ws",
    tag: "Live",
    summary: "Events as they are kept, by WebSocket.",
    description:
      "The hub sends events as `{event_type, timestamp, payload, id, seq, …}`. A client may send " +
      '`{"subscribe":{types, agents, workflows, sessions, services, severity}}`, `{"pause":true}`, `{"resumeFrom":seq}` and ' +
      '`{"since":"2026-11-20T12:00:00Z"}`; docs/guide/live.md has the answers.',
    query: z.object({
      batch: z.enum(["1"]).optional().describe("Several events in one frame, as a JSON array."),
      token: z.string().optional().describe("Where the hub has one: a browser cannot send it as a header."),
    }),
    answers: {
      101: { description: "The connection is a WebSocket now." },
      404: problem("The request does not ask for a WebSocket."),
      503: problem("As many watch as there may be.", RETRY_AFTER),
    },
  },
];
