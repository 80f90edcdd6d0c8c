import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { complete, NOON } from "../helpers/events.ts";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

const millis = (atSeconds: number): number => NOON + atSeconds * 1_000;

/** The state after errors at the given seconds after noon. */
function stateAfter(...atSeconds: readonly number[]): FleetState {
  const state = new FleetState();
  for (const at of atSeconds) {
    state.apply(complete({ type: "error_raised", timeUnixMillis: millis(at), data: { errorType: "TypeError" } }));
  }
  return state;
}

const errorsAt = (state: FleetState, atSeconds: number): number => state.errors.inLastHour(millis(atSeconds));

describe("recent errors", () => {
  it("counts the errors of the last hour, to the minute", () => {
    const state = stateAfter(0, 1, 59, 30 * MINUTE_SECONDS);
    expect(errorsAt(state, 30 * MINUTE_SECONDS)).toBe(4);
    expect(errorsAt(state, HOUR_SECONDS - 1)).toBe(4);
    expect(errorsAt(state, HOUR_SECONDS)).toBe(1);
    expect(errorsAt(state, 2 * HOUR_SECONDS)).toBe(0);
  });

  it("counts errors only", () => {
    const state = new FleetState();
    state.apply(complete({ type: "task_failed", taskId: "T-1", data: { taskType: "fix", durationSeconds: 1 } }));
    expect(errorsAt(state, 0)).toBe(0);
  });

  it("counts an error of the last hour that is told late, and none that is older", () => {
    const state = stateAfter(HOUR_SECONDS, 30 * MINUTE_SECONDS, -HOUR_SECONDS);
    expect(errorsAt(state, HOUR_SECONDS)).toBe(2);
  });

  it("goes on counting after a clock that was years ahead or behind", () => {
    const yearsAhead = Array.from({ length: 60 }, (_, minute) => (Date.UTC(2099, 0) - NOON) / 1_000 + minute * MINUTE_SECONDS);
    const yearsBehind = Array.from({ length: 60 }, (_, minute) => (Date.UTC(2001, 0) - NOON) / 1_000 + minute * MINUTE_SECONDS);
    const now = Date.now() / 1_000 - NOON / 1_000;
    const state = stateAfter(...yearsAhead, ...yearsBehind);
    const before = errorsAt(state, now);
    const after = stateAfter(...yearsAhead, ...yearsBehind, now - 10 * MINUTE_SECONDS, now - 20 * MINUTE_SECONDS);
    expect(errorsAt(after, now) - before).toBe(2);
  });

  it("is what a list of all errors would say", () => {
    const times = fc
      .array(fc.integer({ min: 0, max: 200 }), { maxLength: 50 })
      .map((minutes) => minutes.toSorted((one, other) => one - other));
    fc.assert(
      fc.property(times, fc.nat(100), (minutes, later) => {
        const now = (minutes.at(-1) ?? 0) + later;
        const expected = minutes.filter((minute) => now - minute < 60).length;
        expect(errorsAt(stateAfter(...minutes.map((minute) => minute * MINUTE_SECONDS)), now * MINUTE_SECONDS)).toBe(expected);
      }),
    );
  });
});

it("errors of a clock that is ahead are none of the last hour", () => {
  const state = stateAfter(0);
  expect(errorsAt(state, -5 * MINUTE_SECONDS)).toBe(0);
});
