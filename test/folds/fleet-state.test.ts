import { describe, expect, it } from "vitest";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { complete, NOON } from "../helpers/events.ts";
import { exampleList } from "../helpers/examples.ts";

describe("fleet state", () => {
  it("takes every type of event, and is the same after the same events", () => {
    const events = exampleList.flatMap(({ minimal, full }) => [complete(minimal), complete(full)]);
    const [one, other] = [new FleetState(), new FleetState()];
    for (const event of events) {
      one.apply(event);
      other.apply(event);
    }
    const read = (state: FleetState) => ({
      operations: [...state.operations.all()],
      roster: [...state.roster.all()],
      budgets: [...state.budgets.all()],
      contexts: [...state.contexts.all()],
      sizes: [...state.stateSizes.all()],
      errors: state.errors.inLastHour(NOON),
    });
    expect(read(one)).toEqual(read(other));
    expect(read(one).roster).not.toEqual([]);
  });

  it("puts what is dated into the future down to now", () => {
    const state = new FleetState();
    const event = complete({ type: "agent_heartbeat", agent: "scribe", timeUnixMillis: Date.UTC(2099, 0), data: {} });
    state.apply(event);
    const [entry] = state.roster.all();
    expect(Math.abs((entry?.lastSeenMillis ?? 0) - Date.now())).toBeLessThan(5_000);
    expect(event.timeUnixMillis).toBe(Date.UTC(2099, 0));
  });

  it("notices the silence of a service whose clock was years ahead", () => {
    const state = new FleetState();
    const start = { type: "handoff_started", operationId: "1", data: { fromAgent: "scribe", toAgent: "critic" } } as const;
    state.apply(complete({ ...start, timeUnixMillis: Date.UTC(2099, 0) }));
    expect(state.operations.silentSince(Date.now() + 1_000)).toHaveLength(1);
  });
});
