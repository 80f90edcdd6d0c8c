import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput, StoredEvent } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { budgetsView } from "../../src/views/budgets.ts";
import { NOON } from "../helpers/events.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const HOUR = 3_600;

const budgets = (steps: readonly Step[], nowSeconds: number, query: object = {}) =>
  readView(budgetsView, stored(...steps), query, nowSeconds).budgets;

const daily = (limitUsd: number): EventInput => ({ type: "budget_set", data: { kind: "day", limitUsd } });
const ofAgent = (limitUsd: number, name = "scribe"): EventInput => ({
  type: "budget_set",
  data: { kind: "agent", name, limitUsd },
});
const ofWorkflow = (limitUsd: number): EventInput => ({
  type: "budget_set",
  data: { kind: "workflow", name: "checkout", limitUsd },
});
const spent = (costUsd: number, ids: object = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  ...ids,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd },
});

describe("budgets", () => {
  it("tell no moment that ISO 8601 has no four digits for", () => {
    const [budget] = budgets(
      [
        [0, ofAgent(1_000_000)],
        [1, spent(0.001)],
      ],
      600,
    );
    expect(budget?.exhaustedAt).toBeNull();
  });

  it("tell limit, spent, share and what they are at", () => {
    const at = (costUsd: number) =>
      budgets(
        [
          [0, ofAgent(10)],
          [1, spent(costUsd)],
        ],
        HOUR,
      )[0];
    expect(at(5)).toMatchObject({
      service: "shop",
      scope: "agent:scribe",
      kind: "agent",
      name: "scribe",
      limitUsd: 10,
      spentUsd: 5,
      spentRatio: 0.5,
      status: "ok",
    });
    expect([at(7.99)?.status, at(8)?.status, at(9.99)?.status, at(10)?.status]).toEqual(["ok", "warning", "warning", "exceeded"]);
    expect(at(15)).toMatchObject({ spentRatio: 1.5, status: "exceeded", exhaustedAt: null });
  });

  it("tell the pace of the last hour, and when nothing will be left at this pace", () => {
    const [budget] = budgets(
      [
        [-2 * HOUR, ofAgent(100)],
        [-2 * HOUR, spent(40)],
        [0, spent(10)],
        [900, spent(10)],
      ],
      1_800,
    );
    expect(budget?.spentUsd).toBe(60);
    // 20 dollars in 55 minutes, as the hour is counted in slots of 5 minutes.
    expect(budget?.burnUsdPerHour).toBeCloseTo((20 * 60) / 55, 6);
    const millis = Date.parse(budget?.exhaustedAt ?? "") - (NOON + 1_800_000);
    expect(millis / 60_000).toBeCloseTo(110, 1);
  });

  it("tell the pace since it was set where that is less than an hour ago", () => {
    const [budget] = budgets(
      [
        [0, ofAgent(100)],
        [10, spent(10)],
      ],
      600,
    );
    expect(budget?.burnUsdPerHour).toBeCloseTo(60, 6);
    const [young] = budgets(
      [
        [0, ofAgent(100)],
        [10, spent(10)],
      ],
      10,
    );
    expect(young?.burnUsdPerHour).toBeCloseTo(120, 6);
  });

  it("are never spent where nobody spends, nor a day's once the day ends before", () => {
    expect(
      budgets(
        [
          [0, ofAgent(10)],
          [1, spent(5)],
        ],
        3 * HOUR,
      )[0],
    ).toMatchObject({ burnUsdPerHour: 0, exhaustedAt: null });
    expect(
      budgets(
        [
          [0, daily(100)],
          [1, spent(5)],
        ],
        HOUR - 1,
      )[0],
    ).toMatchObject({ exhaustedAt: null });
    expect(
      budgets(
        [
          [0, daily(10)],
          [1, spent(5)],
        ],
        HOUR - 1,
      )[0]?.exhaustedAt,
    ).toMatch(/^2025-03-04T13:5/);
  });

  it("of a day are whole again after midnight UTC", () => {
    const steps: Step[] = [
      [0, daily(10)],
      [1, spent(10)],
    ];
    expect(budgets(steps, 12 * HOUR - 1)[0]).toMatchObject({ spentUsd: 10, status: "exceeded" });
    expect(budgets(steps, 12 * HOUR)[0]).toMatchObject({ spentUsd: 0, status: "ok" });
  });

  it("can be asked for by service and by what they are at", () => {
    const steps: Step[] = [
      [0, ofAgent(10)],
      [0, { ...ofAgent(1), source: "warehouse" }],
      [1, spent(9)],
    ];
    expect(budgets(steps, 60, { status: "warning" }).map(({ service }) => service)).toEqual(["shop"]);
    expect(budgets(steps, 60, { service: "warehouse" }).map(({ spentUsd }) => spentUsd)).toEqual([0]);
  });

  it("of 0 are exceeded from the start, and have no share", () => {
    expect(budgets([[0, ofAgent(0)]], 60)[0]).toMatchObject({ status: "exceeded", spentRatio: null });
  });

  it("are no more than there is room for", () => {
    const steps: Step[] = Array.from({ length: 2_100 }, (_, index) => [0, ofAgent(1, `agent-${index}`)]);
    expect(budgets(steps, 60)).toHaveLength(2_000);
  });

  it("spend nothing for a run whose start is told after its end", () => {
    const steps: Step[] = [
      [0, ofWorkflow(10)],
      [9, { type: "workflow_completed", workflowId: "W-1", data: { name: "checkout", durationSeconds: 8 } }],
      [1, { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } }],
      [10, spent(1, { workflowId: "W-1" })],
    ];
    expect(budgets(steps, 60)[0]?.spentUsd).toBe(0);
    expect(ledgerOf(stored(...steps))).toEqual([["workflow:checkout", 10, 0, "ok"]]);
  });

  it("are what the gauges say, whatever happens", () => {
    const input = fc.oneof(
      fc.integer({ min: 0, max: 50 }).map(daily),
      fc.integer({ min: 0, max: 50 }).map((limit) => ofAgent(limit)),
      fc.integer({ min: 0, max: 50 }).map(ofWorkflow),
      fc.constantFrom<EventInput>(
        { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } },
        { type: "workflow_completed", workflowId: "W-1", data: { name: "checkout", durationSeconds: 1 } },
      ),
      fc
        .record({ cost: fc.integer({ min: 0, max: 20 }), agent: fc.constantFrom("scribe", "critic"), inRun: fc.boolean() })
        .map(({ cost, agent, inRun }) => spent(cost, { agent, ...(inRun ? { workflowId: "W-1" } : {}) })),
    );
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 48 * HOUR }), input), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (given) => {
        const events = stored(...given);
        const seen = readView(budgetsView, events, {}, 48 * HOUR).budgets;
        expect(seen.map(({ scope, limitUsd, spentUsd, status }) => [scope, limitUsd, spentUsd, status])).toEqual(
          ledgerOf(events),
        );
      }),
    );
  });
});

/** The same by the fold that the gauges are read from. */
function ledgerOf(events: readonly StoredEvent[]): unknown[] {
  const state = new FleetState();
  for (const event of events) state.apply(event);
  const now = NOON + 48 * HOUR * 1_000;
  return [...state.budgets.all()].map((budget) => {
    const isOver = budget.kind === "day" && budget.day < Math.floor(now / 86_400_000);
    const spentUsd = isOver ? 0 : budget.spentUsd;
    const ratio = budget.limitUsd === 0 ? 1 : spentUsd / budget.limitUsd;
    return [budget.scope, budget.limitUsd, spentUsd, ratio >= 1 ? "exceeded" : ratio >= 0.8 ? "warning" : "ok"];
  });
}

it("a budget that is no day's may be used up on another day", () => {
  const [budget] = budgets(
    [
      [0, ofAgent(100)],
      [1, spent(1)],
    ],
    HOUR / 2,
  );
  expect(budget?.exhaustedAt?.slice(0, 10)).toBe("2025-03-06");
});
