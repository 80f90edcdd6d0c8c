import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { ContextFills } from "../../src/folds/context-fill.ts";
import { complete, NOON } from "../helpers/events.ts";

const updated = (agent: string, tokens: number, limitTokens?: number, items?: number): EventInput => ({
  type: "context_updated",
  agent,
  data: { tokens, limitTokens, items },
});

function fillsAfter(...inputs: readonly EventInput[]): ContextFills {
  const fills = new ContextFills();
  for (const input of inputs) fills.apply(complete(input));
  return fills;
}

describe("context fills", () => {
  it("tells the latest request's size, not the sum", () => {
    const [fill] = fillsAfter(updated("scribe", 8_000, 10_000, 4), updated("scribe", 3_000)).all();
    expect(fill).toMatchObject({ agent: "scribe", tokens: 3_000, limitTokens: 10_000, items: 4 });
  });

  it("forgets the limit of a model once the agent asks another one, whose limit is not known", () => {
    const asked = (model: string | undefined, tokens: number, limitTokens?: number): EventInput => ({
      type: "context_updated",
      agent: "scribe",
      data: { tokens, limitTokens, model },
    });
    const limits = (...inputs: readonly EventInput[]) => [...fillsAfter(...inputs).all()].map(({ limitTokens }) => limitTokens);
    expect(limits(asked("small", 10, 100), asked("large", 500))).toEqual([undefined]);
    expect(limits(asked("small", 10, 100), asked("small", 50))).toEqual([100]);
    expect(limits(asked("small", 10, 100), asked(undefined, 50))).toEqual([100]);
    // A limit that was told of no model in particular is the agent's own.
    expect(limits(asked(undefined, 10, 100), asked("large", 50), asked("small", 50))).toEqual([100]);
  });

  it("finds the fullest context by its share, not by its size", () => {
    const fills = fillsAfter(updated("scribe", 9_000, 100_000), updated("critic", 800, 1_000), updated("runner", 10, 100));
    expect(fills.fullestSince(0)).toEqual({ agent: "critic", ratio: 0.8 });
  });

  it("knows no share where no limit is known, or where it is 0", () => {
    expect(fillsAfter(updated("scribe", 9_000), updated("critic", 5, 0)).fullestSince(0)).toBeUndefined();
  });

  it("leaves out agents that have not told of their context since the moment that is asked for", () => {
    const noon = Date.UTC(2026, 2, 1, 12);
    const fills = fillsAfter(
      { ...updated("scribe", 95, 100), timeUnixMillis: noon },
      { ...updated("critic", 10, 100), timeUnixMillis: noon + 60_000 },
    );
    expect(fills.fullestSince(noon)).toEqual({ agent: "scribe", ratio: 0.95 });
    expect(fills.fullestSince(noon + 1)).toEqual({ agent: "critic", ratio: 0.1 });
  });

  it("may be over its limit", () => {
    expect(fillsAfter(updated("scribe", 1_500, 1_000)).fullestSince(0)).toEqual({ agent: "scribe", ratio: 1.5 });
  });

  it("follows compactions and refreshes, and keeps the limit", () => {
    const compacted: EventInput = {
      type: "context_compacted",
      agent: "scribe",
      data: { tokensBefore: 8_000, tokensAfter: 2_000, itemsAfter: 2 },
    };
    expect([...fillsAfter(updated("scribe", 8_000, 10_000, 9), compacted).all()]).toMatchObject([
      { tokens: 2_000, limitTokens: 10_000, items: 2 },
    ]);
    const refreshed: EventInput = {
      type: "context_refreshed",
      agent: "scribe",
      data: { durationSeconds: 1, tokens: 500, items: 1 },
    };
    expect([...fillsAfter(updated("scribe", 8_000, 10_000, 9), refreshed).all()]).toMatchObject([
      { tokens: 500, limitTokens: 10_000, items: 1 },
    ]);
  });

  it("does not empty a context at a refresh that does not say its size", () => {
    const refreshed: EventInput = { type: "context_refreshed", agent: "scribe", data: { durationSeconds: 1 } };
    expect([...fillsAfter(updated("scribe", 8_000), refreshed).all()]).toMatchObject([{ tokens: 8_000 }]);
  });

  it("keeps agents of different services apart", () => {
    const fills = fillsAfter(updated("scribe", 1), { ...updated("scribe", 2), source: "warehouse" });
    expect([...fills.all()].map(({ source, tokens }) => [source, tokens])).toEqual([
      ["shop", 1],
      ["warehouse", 2],
    ]);
  });

  it("follows no more agents than it has room for", () => {
    const fills = fillsAfter(...Array.from({ length: 6_000 }, (_, index) => updated(`agent-${index}`, index)));
    expect([...fills.all()].length).toBeLessThanOrEqual(5_000);
  });
});

it("a fill that is told late does not make the one that is known older", () => {
  const fills = new ContextFills();
  const at = (timeUnixMillis: number) => complete({ ...updated("scribe", 5, 10), timeUnixMillis });
  fills.apply(at(NOON + 1_000));
  fills.apply(at(NOON));
  expect(fills.fullestSince(NOON + 1_000)).toEqual({ agent: "scribe", ratio: 0.5 });
});
