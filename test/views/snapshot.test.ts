import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/events/types.ts";
import { views } from "../../src/views/index.ts";
import { timeOf, type View } from "../../src/views/view.ts";
import { type AnyView, ViewSet } from "../../src/views/view-set.ts";
import { arbitraryLog, fleetLogOf, inOrder, throughSnapshot } from "../support/snapshots.ts";

type PlainView = View<unknown, typeof views.windows.query, typeof views.windows.answer>;

/** A state after events; before those from `cut` on it is put into a snapshot and taken from there. */
function stateAfter(view: PlainView, events: readonly StoredEvent[], cut = events.length, largeEntries?: number): unknown {
  let state = view.initial();
  for (const [index, event] of events.entries()) {
    if (index === cut) state = throughSnapshot(state, largeEntries);
    if (view.types.includes(event.type)) view.apply(state, event, timeOf(event));
  }
  return state;
}

describe.each(Object.entries(views))("a snapshot of the view %s", (_name, given) => {
  const view = given as unknown as PlainView;
  const query = view.query.parse({});
  const now = Date.now();

  it("and the events after it lead to the same as all events", () => {
    fc.assert(
      fc.property(arbitraryLog, fc.nat(), fc.constantFrom(0, 1, undefined), (events, anywhere, largeEntries) => {
        const whole = stateAfter(view, events);
        const resumed = stateAfter(view, events, anywhere % (events.length + 1), largeEntries);
        expect(inOrder(resumed)).toEqual(inOrder(whole));
        expect(view.read(resumed, query, now)).toEqual(view.read(whole, query, now));
      }),
      { numRuns: 40 },
    );
  });

  it("is good in the middle of a fleet's work", () => {
    const events = fleetLogOf(2_000);
    const whole = stateAfter(view, events);
    const resumed = stateAfter(view, events, 1_234);
    expect(inOrder(resumed)).toEqual(inOrder(whole));
    expect(view.read(resumed, query, now)).toEqual(view.read(whole, query, now));
  });
});

describe("a view that is being written", () => {
  const events = fleetLogOf(100);

  function agentsAfter(count: number): ViewSet<{ agents: AnyView }> {
    const set = new ViewSet({ agents: views.agents as AnyView }, (_view, error) => {
      throw error;
    });
    for (const event of events.slice(0, count)) set.apply(event);
    return set;
  }

  it("stands still, and takes what came meanwhile when it is written", () => {
    const set = agentsAfter(50);
    const [part] = set.parts;
    const before = inOrder(part?.state());
    const release = part?.hold(() => {});
    for (const event of events.slice(50)) set.apply(event);
    expect(inOrder(part?.state())).toEqual(before);
    release?.();
    expect(inOrder(part?.state())).toEqual(inOrder(agentsAfter(100).parts[0]?.state()));
  });

  it("is written at once where somebody asks it, and answers by all events", () => {
    const set = agentsAfter(50);
    let finished = 0;
    const release = set.parts[0]?.hold(() => {
      finished += 1;
    });
    for (const event of events.slice(50)) set.apply(event);
    const now = Date.now();
    expect(set.read("agents", {}, now)).toEqual(agentsAfter(100).read("agents", {}, now));
    expect(finished).toBe(1);
    release?.();
    expect(set.read("agents", {}, now)).toEqual(agentsAfter(100).read("agents", {}, now));
    expect(finished).toBe(1);
  });

  it("takes no event twice that its snapshot has already", () => {
    const set = agentsAfter(0);
    set.parts[0]?.restore(throughSnapshot(agentsAfter(60).parts[0]?.state()), 60);
    for (const event of events) set.replay(event);
    expect(inOrder(set.parts[0]?.state())).toEqual(inOrder(agentsAfter(100).parts[0]?.state()));
  });
});
