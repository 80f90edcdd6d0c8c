import type { Request } from "express";
import { z } from "zod";
import { issueText } from "../../events/issue-text.ts";
import { eventType } from "../api/event-type.ts";
import { listOf, withoutEmpty } from "../api/parameters.ts";
import { type FilterInput, filterSchema, name } from "./filter.ts";
import { moment } from "./moment.ts";

/** `a,b`, and the same name given twice, are both lists; one that was left empty, as forms do, asks for nothing. */
function given<Item extends z.ZodType>(item: Item) {
  return listOf(item)
    .transform((values) => (values.length === 0 ? undefined : values))
    .optional();
}

const seq = z.coerce.number({ error: "has to be the id of an event" }).int().nonnegative();

export const querySchema = z.strictObject({
  event_types: given(eventType).describe("Event types, by their own names or by those that other systems have for them."),
  agents: given(name),
  workflows: given(name),
  sessions: given(name),
  services: given(name),
  severity: filterSchema.shape.severity,
  since: moment.optional(),
  last_event_id: seq.optional(),
  // Read by whoever lets requests in: an EventSource cannot send a header.
  token: z.string().optional(),
});

export interface SseQuery {
  readonly filter: FilterInput;
  /** Events after this seq, or from this moment on; what comes from now on where both are undefined. */
  readonly afterSeq: number | undefined;
  readonly sinceUnixMillis: number | undefined;
}

/**
 * What a request for server-sent events asks for. A browser that connects again says itself what it had last, which counts for more
 * than what the page once asked for.
 *
 * @throws ZodError
 */
export function readSseQuery(request: Request): SseQuery {
  const {
    event_types: types,
    since,
    last_event_id: lastEventId,
    token: _token,
    ...names
  } = querySchema.parse(withoutEmpty(request.query), { error: issueText });
  return { filter: { types, ...names }, afterSeq: lastIdOf(request) ?? lastEventId, sinceUnixMillis: since };
}

function lastIdOf(request: Request): number | undefined {
  const id = request.get("Last-Event-ID");
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}
