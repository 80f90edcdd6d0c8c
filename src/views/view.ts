import type { z } from "zod";
import type { EventType, StoredEvent } from "../events/types.ts";

/**
 * A fold over all events that answers one question of how things are. Its state is plain data (objects, arrays, maps, sets of strings
 * and numbers), so that a snapshot is a copy of it; it is bounded, whatever is told; and it depends on nothing but the events, so that
 * a hub that starts anew comes to the same state. Only reading knows what time it is.
 */
export interface View<State, Query extends z.ZodObject, Answer extends z.ZodType> {
  /** What it answers, in a sentence for the reference. */
  readonly summary: string;
  /** One more whenever the state's shape or meaning changes: a snapshot of an older one is not used. */
  readonly version: number;
  /** The only types that it looks at. */
  readonly types: readonly EventType[];
  /** What may be asked, as it comes in a URL. */
  readonly query: Query;
  /** What it answers; types, validation in tests, and the reference derive from it. */
  readonly answer: Answer;
  initial(): State;
  /** @param timeUnixMillis when it happened: by the sender's clock, but never later than the hub received it */
  apply(state: State, event: StoredEvent, timeUnixMillis: number): void;
  read(state: State, query: z.output<Query>, nowUnixMillis: number): z.output<Answer>;
}

/** Gives a view its types by what it is made of. */
export function defineView<State, Query extends z.ZodObject, Answer extends z.ZodType>(
  view: View<State, Query, Answer>,
): View<State, Query, Answer> {
  return view;
}

/** When an event happened. A clock that is years ahead would otherwise hold every window until then. */
export function timeOf({ timeUnixMillis, receivedUnixMillis }: StoredEvent): number {
  return Math.min(timeUnixMillis, receivedUnixMillis);
}
