import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrder, throughSnapshot } from "../../support/snapshots.ts";

const leaf = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, -0, Infinity));

/** Plain data as states are: maps, lists and objects within each other. */
const { plain } = fc.letrec<{ plain: unknown }>((tie) => ({
  plain: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("plain"), { maxLength: 12 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), tie("plain"), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(leaf, tie("plain")), { maxLength: 10 }).map((entries) => new Map(entries)),
  ),
}));

describe("plain data that is written bit by bit", () => {
  it("comes back the same, in the same order, whatever is taken apart", () => {
    fc.assert(
      fc.property(plain, fc.nat(5), (value, largeEntries) => {
        expect(inOrder(throughSnapshot(value, largeEntries))).toEqual(inOrder(value));
      }),
    );
  });

  it("is one and the same object where it was", () => {
    const worker = { name: "scribe", open: 1 };
    const tasks = new Map([["T-1", worker]]);
    const state = { byName: new Map([["scribe", worker]]), lists: [tasks, { tasks }], tasks };
    for (const largeEntries of [0, 1, 64]) {
      const back = throughSnapshot(state, largeEntries) as typeof state;
      expect(inOrder(back)).toEqual(inOrder(state));
      expect(back.byName.get("scribe")).toBe(back.tasks.get("T-1"));
      expect(back.lists[0]).toBe(back.tasks);
      expect((back.lists[1] as { tasks: unknown }).tasks).toBe(back.tasks);
    }
  });
});
