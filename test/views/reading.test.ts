import { expect, it } from "vitest";
import type { StoredEvent } from "../../src/events/types.ts";
import { views } from "../../src/views/index.ts";
import { timeOf, type View } from "../../src/views/view.ts";
import { fleetLogOf } from "../support/snapshots.ts";

type PlainView = View<unknown, typeof views.windows.query, typeof views.windows.answer>;

const HOUR_MILLIS = 3_600_000;

/** The work of a fleet, spread over some hours, so that every kind of slot has a neighbour. */
function someHoursOf(count: number): StoredEvent[] {
  const now = Date.now();
  return fleetLogOf(count).map((event, index) => {
    const timeUnixMillis = now - 5 * HOUR_MILLIS + Math.floor((index / count) * 5 * HOUR_MILLIS);
    return { ...event, timeUnixMillis, receivedUnixMillis: timeUnixMillis };
  });
}

const log = someHoursOf(2_000);

it.each(Object.entries(views))("reading the view %s changes nothing in it", (_name, given) => {
  const view = given as unknown as PlainView;
  const state = view.initial();
  for (const event of log) if (view.types.includes(event.type)) view.apply(state, event, timeOf(event));
  const before = structuredClone(state);
  const now = Date.now();
  const query = view.query.parse({});
  const first = structuredClone(view.read(state, query, now));
  expect(view.read(state, query, now)).toEqual(first);
  expect(state).toEqual(before);
});
