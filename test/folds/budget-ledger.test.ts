import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { isUsedUp } from "../../src/folds/budget-ledger.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { complete, NOON } from "../helpers/events.ts";

const HOUR_SECONDS = 3_600;

const daily = (limitUsd: number): EventInput => ({ type: "budget_set", data: { kind: "day", limitUsd } });
const ofAgent = (limitUsd: number, name = "scribe"): EventInput => ({
  type: "budget_set",
  data: { kind: "agent", name, limitUsd },
});
const ofWorkflow = (limitUsd: number): EventInput => ({
  type: "budget_set",
  data: { kind: "workflow", name: "checkout", limitUsd },
});
const spent = (costUsd: number, ids: { agent?: string; workflowId?: string } = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  ...ids,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd },
});

/** Applies events, and tells what each brought about: `agent:scribe warning at 8.00`. */
class Ledger {
  readonly state = new FleetState();

  /** The event happens so many seconds after noon. */
  apply(input: EventInput, atSeconds = 0): string[] {
    this.state.apply(complete({ ...input, timeUnixMillis: NOON + atSeconds * 1_000 }));
    return this.state.budgets
      .takeCrossings()
      .map(({ level, budget }) => `${budget.scope} ${level} at ${budget.spentUsd.toFixed(2)}`);
  }

  /** What is spent, by scope. */
  get spent(): Record<string, number> {
    return Object.fromEntries([...this.state.budgets.all()].map(({ scope, spentUsd }) => [scope, spentUsd]));
  }
}

describe("budget ledger", () => {
  it("warns at 80 % and tells at 100 %, each once", () => {
    const ledger = new Ledger();
    ledger.apply(ofAgent(10));
    expect(ledger.apply(spent(7.99))).toEqual([]);
    expect(ledger.apply(spent(0.01))).toEqual(["agent:scribe warning at 8.00"]);
    expect(ledger.apply(spent(1.99))).toEqual([]);
    expect(ledger.apply(spent(0.01))).toEqual(["agent:scribe exceeded at 10.00"]);
    expect(ledger.apply(spent(5))).toEqual([]);
    expect(ledger.spent).toEqual({ "agent:scribe": 15 });
  });

  it("tells only the worse where one call passes both", () => {
    const ledger = new Ledger();
    ledger.apply(ofAgent(10));
    expect(ledger.apply(spent(11))).toEqual(["agent:scribe exceeded at 11.00"]);
  });

  it("does not let binary fractions delay it: ten times 0.1 is 1", () => {
    const ledger = new Ledger();
    ledger.apply(ofAgent(1));
    const told = Array.from({ length: 10 }, () => ledger.apply(spent(0.1)));
    expect(told.map((crossings) => crossings.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
  });

  it("takes a budget of 0 for used up from the start", () => {
    expect(new Ledger().apply(ofAgent(0))).toEqual(["agent:scribe exceeded at 0.00"]);
  });

  it("counts from the moment on that the budget is set, and only model calls whose price is known", () => {
    const ledger = new Ledger();
    ledger.apply(spent(5));
    ledger.apply(ofAgent(10));
    ledger.apply({ type: "agent_completed", agent: "scribe", data: { outcome: "success", durationSeconds: 1, costUsd: 9 } });
    ledger.apply({
      type: "model_called",
      agent: "scribe",
      data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1 },
    });
    expect(ledger.spent).toEqual({ "agent:scribe": 0 });
  });

  it("charges the day, the agent and the running workflow, and nobody else", () => {
    const ledger = new Ledger();
    for (const budget of [daily(100), ofAgent(100), ofAgent(100, "critic"), ofWorkflow(100)]) ledger.apply(budget);
    ledger.apply({ type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } });
    ledger.apply(spent(1, { workflowId: "W-1" }));
    ledger.apply(spent(2, { agent: "critic" }));
    ledger.apply({ ...spent(4), source: "warehouse" });
    expect(ledger.spent).toEqual({ day: 3, "agent:scribe": 1, "agent:critic": 2, "workflow:checkout": 1 });
  });

  describe("that is set anew", () => {
    it("keeps what was spent", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(10));
      ledger.apply(spent(5));
      expect(ledger.apply(ofAgent(20))).toEqual([]);
      expect(ledger.spent).toEqual({ "agent:scribe": 5 });
    });

    it("is told at once where it is lowered below what was spent", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(10));
      ledger.apply(spent(5));
      expect(ledger.apply(ofAgent(5))).toEqual(["agent:scribe exceeded at 5.00"]);
    });

    it("may be passed anew once it was raised, also from 80 % on", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(10));
      ledger.apply(spent(10));
      expect(ledger.apply(ofAgent(12))).toEqual([]);
      const [budget] = ledger.state.budgets.all();
      expect(budget?.told).toBe("warning");
      expect(ledger.apply(spent(2))).toEqual(["agent:scribe exceeded at 12.00"]);
      ledger.apply(ofAgent(100));
      expect(ledger.apply(spent(70))).toEqual(["agent:scribe warning at 82.00"]);
    });
  });

  describe("of a day", () => {
    it("is whole again after midnight UTC, not before", () => {
      const ledger = new Ledger();
      ledger.apply(daily(10));
      expect(ledger.apply(spent(10))).toHaveLength(1);
      expect(ledger.apply(spent(1), 12 * HOUR_SECONDS - 0.001)).toEqual([]);
      expect(ledger.spent).toEqual({ day: 11 });
      expect(ledger.apply(spent(8), 12 * HOUR_SECONDS)).toEqual(["day warning at 8.00"]);
      expect(ledger.spent).toEqual({ day: 8 });
    });

    it("is no longer used up after midnight, although nobody spends", () => {
      const ledger = new Ledger();
      ledger.apply(daily(10));
      ledger.apply(spent(10));
      const [budget] = ledger.state.budgets.all();
      if (budget === undefined) throw new Error("no budget");
      expect(isUsedUp(budget, NOON + 1)).toBe(true);
      expect(isUsedUp(budget, NOON + 12 * HOUR_SECONDS * 1_000)).toBe(false);
      expect(budget.told).toBe("nothing");
    });

    it("is not charged yesterday's money, when that is told late or when it is set anew", () => {
      const ledger = new Ledger();
      ledger.apply(daily(10));
      ledger.apply(spent(9));
      expect(ledger.apply(daily(5), 13 * HOUR_SECONDS)).toEqual([]);
      expect(ledger.spent).toEqual({ day: 0 });
      expect(ledger.apply(spent(9), 11 * HOUR_SECONDS)).toEqual([]);
      expect(ledger.spent).toEqual({ day: 0 });
    });

    it("is not held for years by one event of a clock that is ahead", () => {
      const ledger = new Ledger();
      ledger.apply(daily(10), -24 * HOUR_SECONDS);
      ledger.apply(spent(1), (Date.UTC(2099, 0) - NOON) / 1_000);
      const [budget] = ledger.state.budgets.all();
      expect(budget?.day).toBeLessThanOrEqual(Date.now() / 86_400_000);
    });

    it("does not begin anew for agents and workflows", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(10));
      ledger.apply(spent(5));
      ledger.apply(spent(1), 48 * HOUR_SECONDS);
      expect(ledger.spent).toEqual({ "agent:scribe": 6 });
    });
  });

  describe("told of elsewhere", () => {
    const warning = (limitUsd: number): EventInput => ({
      type: "budget_warning",
      data: { kind: "agent", name: "scribe", limitUsd, spentUsd: 8 },
    });
    const exceeded = (limitUsd: number): EventInput => ({
      type: "budget_exceeded",
      data: { kind: "agent", name: "scribe", limitUsd, spentUsd: 10 },
    });

    it("is not told again", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(10));
      ledger.apply(warning(10));
      expect(ledger.apply(spent(8))).toEqual([]);
      ledger.apply(exceeded(10));
      expect(ledger.apply(spent(2))).toEqual([]);
    });

    it("takes a warning that comes after the end for old", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(10));
      ledger.apply(spent(10));
      ledger.apply(warning(10));
      expect(ledger.apply(spent(1))).toEqual([]);
    });

    it("does not count against a limit that was raised in between", () => {
      const ledger = new Ledger();
      ledger.apply(ofAgent(20));
      ledger.apply(exceeded(10));
      expect(ledger.apply(spent(20))).toEqual(["agent:scribe exceeded at 20.00"]);
    });

    it("means nothing for a budget that nobody set", () => {
      const ledger = new Ledger();
      expect(ledger.apply(exceeded(10))).toEqual([]);
      expect(ledger.spent).toEqual({});
    });
  });

  it("tells each level at most once per limit, and nothing before it is reached", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 }), (cents) => {
        const ledger = new Ledger();
        ledger.apply(ofAgent(10));
        const told = cents.flatMap((cost) => ledger.apply(spent(cost / 100)));
        const sumUsd = cents.reduce((sum, cost) => sum + cost, 0) / 100;
        expect(told.filter((line) => line.includes("exceeded"))).toHaveLength(sumUsd >= 10 ? 1 : 0);
        expect(told.filter((line) => line.includes("warning")).length).toBeLessThanOrEqual(sumUsd >= 8 ? 1 : 0);
      }),
    );
  });

  it("follows no more budgets than it has room for", () => {
    const ledger = new Ledger();
    for (let index = 0; index < 3_000; index += 1) ledger.apply(ofAgent(1, `agent-${index}`));
    expect([...ledger.state.budgets.all()].length).toBeLessThanOrEqual(2_000);
  });
});
