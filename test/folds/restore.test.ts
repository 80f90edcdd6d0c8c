import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { NOON, timeline } from "../helpers/events.ts";

const begun = (operationId: string): EventInput => ({ type: "agent_started", agent: "scribe", operationId, data: {} });
const ended = (operationId: string): EventInput => ({
  type: "agent_completed",
  agent: "scribe",
  operationId,
  data: { outcome: "success", durationSeconds: 1 },
});

function stateAfter(...steps: readonly (readonly [atSeconds: number, input: EventInput])[]): FleetState {
  const state = new FleetState();
  for (const event of timeline(...steps)) state.apply(event, event.timeUnixMillis);
  return state;
}

/** What is open: its key, and when it began, in seconds after noon. */
const openIn = (state: FleetState) =>
  [...state.operations.all()].map(({ key, start }) => [key, (start.timeUnixMillis - NOON) / 1_000]);

describe("a state that is restored", () => {
  it("has nothing of what it was before", () => {
    const state = stateAfter([0, begun("a")], [1, begun("b")]);
    state.restore(stateAfter([2, begun("c")]).save());
    expect(openIn(state)).toEqual([["shop c", 2]]);
    for (const event of timeline([5, ended("c")])) state.apply(event, event.timeUnixMillis);
    expect(openIn(state)).toEqual([]);
    expect(state.roster.active).toEqual([]);
  });

  it("gives all the time at work anew, as counters begin anew with each process", () => {
    const before = stateAfter([0, begun("a")], [5, ended("a")]);
    const secondsOf = (state: FleetState) =>
      [...state.roster.all()].map((entry) => state.roster.takeActiveSeconds(entry, NOON + 9_000));
    expect(secondsOf(before)).toEqual([5]);
    const state = new FleetState();
    state.restore(before.save());
    expect(secondsOf(state)).toEqual([5]);
  });
});
