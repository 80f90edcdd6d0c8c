import { describe, expect, it } from "vitest";
import { Position } from "../../../src/server/snapshot/position.ts";

const place = (seq: number) => ({ seq, id: `e-${seq}` });

describe("how far folds have come", () => {
  it("is the last event before which none is missing", () => {
    const position = new Position();
    for (const seq of [1, 2, 4, 5]) position.passed(place(seq));
    expect([position.seq, position.id, position.isWhole]).toEqual([2, "e-2", false]);
    position.passed(place(3));
    expect([position.seq, position.id, position.isWhole]).toEqual([5, "e-5", true]);
  });

  it("does not go back", () => {
    const position = new Position();
    position.moveTo(place(10));
    position.passed(place(9));
    position.passed(place(10));
    expect([position.seq, position.isWhole]).toEqual([10, true]);
  });

  it("is given up where an event does not come any more", () => {
    const position = new Position();
    for (let seq = 2; seq < 10_010; seq += 1) position.passed(place(seq));
    expect([position.seq, position.isLost, position.isWhole]).toEqual([0, true, false]);
    position.passed(place(1));
    expect([position.seq, position.isWhole]).toEqual([0, false]);
  });
});
