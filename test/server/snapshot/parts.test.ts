import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../src/events/types.ts";
import type { Replayed, SnapshotPart } from "../../../src/folds/snapshot-part.ts";
import { views } from "../../../src/views/index.ts";
import { arbitraryLog, fleetLogOf, inOrder, newFolds, throughSnapshot } from "../../support/snapshots.ts";

function replay(folds: readonly Replayed[], events: readonly StoredEvent[]): readonly SnapshotPart[] {
  for (const event of events) for (const fold of folds) fold.replay(event);
  return folds.flatMap(({ parts }) => parts);
}

function statesOf(parts: readonly SnapshotPart[]): unknown {
  return Object.fromEntries(parts.map((part) => [part.name, inOrder(part.state())]));
}

/** Each part is written at an event of its own, and the events are then told from the earliest of these on. */
function resumed(events: readonly StoredEvent[], cuts: readonly number[]): readonly SnapshotPart[] {
  const folds = newFolds();
  const parts = folds.flatMap(({ parts: own }) => own);
  const seqs = parts.map((_, index) => (cuts[index % cuts.length] as number) % (events.length + 1));
  for (const [index, part] of parts.entries()) {
    const seq = seqs[index] as number;
    const before = replay(newFolds(), events.slice(0, seq))[index] as SnapshotPart;
    part.restore(throughSnapshot(before.state()), seq);
  }
  return replay(folds, events.slice(Math.min(...seqs)));
}

describe("the parts of a snapshot", () => {
  it("have names of their own", () => {
    const names = newFolds().flatMap(({ parts }) => parts.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(["fleet", "points", "claudeCode", ...Object.keys(views)]);
  });

  it("and the events after each lead to the same as all events", () => {
    fc.assert(
      fc.property(arbitraryLog, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (events, cuts) => {
        expect(statesOf(resumed(events, cuts))).toEqual(statesOf(replay(newFolds(), events)));
      }),
      { numRuns: 15 },
    );
  });

  it("are good in the middle of a fleet's work", () => {
    const events = fleetLogOf(1_000);
    expect(statesOf(resumed(events, [400, 512, 999, 0, 77]))).toEqual(statesOf(replay(newFolds(), events)));
  });
});
