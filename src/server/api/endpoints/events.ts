import { z } from "zod";
import { envelopeFields } from "../../../events/envelope.ts";
import { eventTypes } from "../../../events/families.ts";
import type { EventType } from "../../../events/types.ts";
import { endpoint } from "../endpoint.ts";
import { cursor, limit, list, moment } from "../parameters.ts";

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
  query: z.strictObject({
    types: list.pipe(z.array(z.enum(eventTypes as [EventType, ...EventType[]]))).optional(),
    agents: list.optional(),
    services: list.optional(),
    workflow: z.string().optional().describe("Id of a workflow run."),
    task: z.string().optional(),
    session: z.string().optional(),
    trace: z.string().optional(),
    since: moment.optional().describe("From this moment on."),
    until: moment.optional().describe("Until before this moment."),
    order: z.enum(["oldest-first", "newest-first"]).default("newest-first"),
    limit,
    cursor,
  }),
  answer: z.object({ events: z.array(storedEvent), nextCursor: z.string().optional() }),
  async handle({ query }, context) {
    const { services, workflow, task, session, trace, since, until, ...rest } = query;
    const wanted = {
      ...rest,
      sources: services,
      workflowId: workflow,
      taskId: task,
      sessionId: session,
      traceId: trace,
      sinceUnixMillis: since === undefined ? undefined : Date.parse(since),
      untilUnixMillis: until === undefined ? undefined : Date.parse(until),
    };
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const { events, nextCursor } = await context.query(given);
    return { events: events.map((event) => ({ ...event })), ...(nextCursor === undefined ? {} : { nextCursor }) };
  },
});
