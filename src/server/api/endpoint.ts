import type { z } from "zod";
import type { EventPage, EventQuery } from "../../store/event-store.ts";
import type { HubViews } from "../../views/index.ts";
import type { ViewSet } from "../../views/view-set.ts";

/** What endpoints answer from. */
export interface ApiContext {
  readonly views: ViewSet<HubViews>;
  readonly query: (query: EventQuery) => Promise<EventPage>;
  /** When the newest event was kept; 0 before the first. */
  readonly lastEventUnixMillis: () => number;
}

/** One thing that can be asked by GET. Routes, validation and the OpenAPI document derive from it. */
export interface Endpoint<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Answer extends z.ZodType = z.ZodType,
> {
  /** With parameters as OpenAPI writes them: `/api/workflows/{id}`. */
  readonly path: string;
  /** The heading that it stands under in the reference. */
  readonly tag: string;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly answer: Answer;
  /** What a 404 means, where there is one. */
  readonly missing?: string;
  /** @throws Problem */
  handle(
    input: { readonly params: z.output<Params>; readonly query: z.output<Query> },
    context: ApiContext,
  ): z.output<Answer> | Promise<z.output<Answer>>;
}

/** Gives an endpoint its types by what it is made of. */
export function endpoint<Params extends z.ZodObject, Query extends z.ZodObject, Answer extends z.ZodType>(
  given: Endpoint<Params, Query, Answer>,
): Endpoint {
  return given as unknown as Endpoint;
}
