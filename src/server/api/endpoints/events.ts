import { z } from "zod";
import { envelopeFields } from "../../../events/envelope.ts";
import { eventTypes } from "../../../events/families.ts";
import type { EventType } from "../../../events/types.ts";
import { endpoint } from "../endpoint.ts";
import { cursor, limit } from "../parameters.ts";
import { aPeriod, selectionOf, selectionParameters } from "../selection.ts";

const storedEvent = z
  .looseObject({
    ...envelopeFields,
    type: z.enum(eventTypes as [EventType, ...EventType[]]),
    data: z.record(z.string(), z.unknown()),
    seq: z.number().int().describe("Gap-free and growing with every event kept."),
    receivedUnixMillis: z.number().int(),
  })
  .meta({
    id: "StoredEvent",
    description: "An event as it was kept; docs/reference/events.md has what each type says in `data`.",
  });

export const eventsEndpoint = endpoint({
  path: "/api/events",
  tag: "Events",
  summary: "Searches the events that were kept.",
  params: z.strictObject({}),
  query: aPeriod(
    z.strictObject({
      ...selectionParameters,
      order: z.enum(["oldest-first", "newest-first"]).default("newest-first"),
      limit,
      cursor,
    }),
  ),
  answer: z.object({ events: z.array(storedEvent), nextCursor: z.string().optional() }),
  async handle({ query }, context) {
    const { order, limit: most, cursor: after, ...selected } = query;
    const page = { order, limit: most, ...(after === undefined ? {} : { cursor: after }) };
    const { events, nextCursor } = await context.query({ ...selectionOf(selected), ...page });
    return { events: events.map((event) => ({ ...event })), ...(nextCursor === undefined ? {} : { nextCursor }) };
  },
});
