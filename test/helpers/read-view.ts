import { expect } from "vitest";
import type { z } from "zod";
import type { EventInput, StoredEvent } from "../../src/events/types.ts";
import { timeOf, type View } from "../../src/views/view.ts";
import { complete, NOON } from "./events.ts";

/** An event so many seconds after noon. */
export type Step = readonly [atSeconds: number, input: EventInput];

/** Events as the store gives them back. */
export function stored(...steps: readonly Step[]): StoredEvent[] {
  return steps.map(([atSeconds, input], index) => {
    const timeUnixMillis = NOON + atSeconds * 1_000;
    return { ...complete({ ...input, timeUnixMillis }), seq: index + 1, receivedUnixMillis: timeUnixMillis };
  });
}

/** What a view answers after events, so many seconds after noon; fails where that is not what its schema says. */
export function readView<State, Query extends z.ZodObject, Answer extends z.ZodType>(
  view: View<State, Query, Answer>,
  events: readonly StoredEvent[],
  query: z.input<Query>,
  nowSeconds: number,
): z.output<Answer> {
  const state = view.initial();
  // As a set of views does it: a view meets no other types than its own.
  for (const event of events) if (view.types.includes(event.type)) view.apply(state, event, timeOf(event));
  const answer = view.read(state, view.query.parse(query), NOON + nowSeconds * 1_000);
  expect(view.answer.parse(answer)).toEqual(answer);
  return answer;
}
