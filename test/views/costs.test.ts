import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { costsView } from "../../src/views/costs/view.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const HOUR = 3_600;
const DAY = 86_400;

const costs = (steps: readonly Step[], query: object = {}, nowSeconds = 1_800) =>
  readView(costsView, stored(...steps), query, nowSeconds);

const called = (costUsd: number | undefined, data: object = {}, ids: object = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  ...ids,
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd, ...data },
});

/** Names with what they cost. */
function prices(rows: readonly { readonly name: string | null; readonly costUsd: number }[]): [string | null, number][] {
  return rows.map(({ name, costUsd }) => [name, costUsd]);
}

describe("costs", () => {
  it("are nothing where no model was called", () => {
    expect(costs([])).toMatchObject({
      total: { calls: 0, costUsd: 0 },
      byAgent: [],
      byDay: [],
      since: "2025-03-03T12:00:00.000Z",
    });
  });

  it("come with tokens by kinds that do not overlap", () => {
    const tokens = { inputTokens: 1_000, cacheReadTokens: 600, cacheWriteTokens: 100, outputTokens: 300, reasoningTokens: 120 };
    expect(
      costs([
        [0, called(0.5, tokens)],
        [1, called(0.25, { outputTokens: 10 })],
      ]).total,
    ).toEqual({
      calls: 2,
      unpricedCalls: 0,
      costUsd: 0.75,
      estimatedCostUsd: 0,
      inputTokens: 300,
      cacheReadTokens: 600,
      cacheWriteTokens: 100,
      outputTokens: 190,
      reasoningTokens: 120,
    });
  });

  it("count no token twice, nor fewer than none, where a sender leaves cached ones out of its input", () => {
    expect(costs([[0, called(1, { inputTokens: 10, cacheReadTokens: 600 })]]).total).toMatchObject({
      inputTokens: 0,
      cacheReadTokens: 600,
    });
  });

  it("tell how many answered calls have no price", () => {
    expect(
      costs([
        [0, called(undefined, { inputTokens: 9 })],
        [1, called(0)],
        [2, called(1)],
        [3, called(undefined)],
        [4, called(undefined, { inputTokens: 9, outcome: "failure" })],
      ]).total,
    ).toMatchObject({
      calls: 5,
      unpricedCalls: 1,
      costUsd: 1,
    });
  });

  it("count on what tells of models only, as the same money often stands on the run and on the task as well", () => {
    expect(
      costs([
        [0, called(1)],
        [1, { type: "agent_completed", agent: "scribe", data: { outcome: "success", durationSeconds: 1, costUsd: 1 } }],
        [2, { type: "task_completed", taskId: "T-1", data: { taskType: "write_test", durationSeconds: 1, costUsd: 1 } }],
      ]).total.costUsd,
    ).toBe(1);
  });

  it("are told apart by service, agent, model with its provider, task type, tier and workflow, the dearest first", () => {
    const answer = costs([
      [0, { type: "task_assigned", taskId: "T-1", agent: "scribe", data: { taskType: "write_test" } }],
      [0, { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } }],
      [1, called(1, { tier: "small" }, { taskId: "T-1" })],
      [2, called(2, { provider: "azure" }, { workflowId: "W-1" })],
      [3, called(4, { tier: "large", model: "gpt-6" }, { agent: "critic" })],
      [4, { ...called(8), source: "warehouse" }],
    ]);
    expect(answer.total.costUsd).toBe(15);
    expect(prices(answer.byService)).toEqual([
      ["warehouse", 8],
      ["shop", 7],
    ]);
    expect(answer.byAgent.map(({ service, name, costUsd }) => [service, name, costUsd])).toEqual([
      ["warehouse", "scribe", 8],
      ["shop", "critic", 4],
      ["shop", "scribe", 3],
    ]);
    expect(answer.byModel.map(({ provider, name, costUsd }) => [provider, name, costUsd])).toEqual([
      ["openai", "gpt-5", 9],
      ["openai", "gpt-6", 4],
      ["azure", "gpt-5", 2],
    ]);
    expect(prices(answer.byTaskType)).toEqual([
      [null, 14],
      ["write_test", 1],
    ]);
    expect(prices(answer.byTier)).toEqual([
      [null, 10],
      ["large", 4],
      ["small", 1],
    ]);
    expect(prices(answer.byWorkflow)).toEqual([
      [null, 13],
      ["checkout", 2],
    ]);
  });

  it("know a task's type and a workflow's name after these have ended as well", () => {
    const answer = costs([
      [0, { type: "task_completed", taskId: "T-1", data: { taskType: "write_test", durationSeconds: 1 } }],
      [0, { type: "workflow_completed", workflowId: "W-1", data: { name: "checkout", durationSeconds: 1 } }],
      [1, called(1, {}, { taskId: "T-1", workflowId: "W-1" })],
    ]);
    expect([prices(answer.byTaskType), prices(answer.byWorkflow)]).toEqual([[["write_test", 1]], [["checkout", 1]]]);
  });

  it("go back by hours for a week and by days in UTC for 90", () => {
    const steps: Step[] = [
      [-100 * DAY, called(1_000)],
      [-89 * DAY, called(100)],
      [-6 * DAY, called(10)],
      [-13 * HOUR, called(2)],
      [0, called(1)],
    ];
    const total = (query: object) => costs(steps, query).total.costUsd;
    expect([total({}), total({ hours: 1 }), total({ hours: 168 })]).toEqual([3, 1, 13]);
    expect([total({ days: 1 }), total({ days: 2 }), total({ days: 90 })]).toEqual([1, 3, 113]);
    expect(costs(steps, { days: 90 }).byDay.map(({ day, costUsd }) => [day, costUsd])).toEqual([
      ["2024-12-05", 100],
      ["2025-02-26", 10],
      ["2025-03-03", 2],
      ["2025-03-04", 1],
    ]);
    expect(costs(steps).byDay.map(({ day, costUsd }) => [day, costUsd])).toEqual([
      ["2025-03-03", 2],
      ["2025-03-04", 1],
    ]);
  });

  it("take hours or days, not both, and no more than are kept", () => {
    for (const query of [{ hours: 1, days: 1 }, { hours: 169 }, { days: 91 }, { hours: 0 }, { weeks: 1 }]) {
      expect(costsView.query.safeParse(query).success).toBe(false);
    }
  });

  it("are told apart for so many agents, and are `other` for the rest; the total is of all", () => {
    const steps: Step[] = Array.from({ length: 450 }, (_, index) => [
      index % 2 === 0 ? 0 : HOUR,
      called(index < 440 ? 1 : 100, {}, { agent: `agent-${index}` }),
    ]);
    const { total, byAgent } = costs(steps, {}, 2 * HOUR);
    expect(total.calls).toBe(450);
    expect(byAgent.length).toBe(201);
    expect(byAgent.at(-1)).toMatchObject({ service: null, name: "other" });
    expect(byAgent.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBe(total.costUsd);
  });

  it("come to the same in every order of calls, and by every key to the total", () => {
    const steps: Step[] = Array.from({ length: 20 }, (_, index) => [
      index * 100,
      called(2 ** (index % 8), { tier: `tier-${index % 3}` }, { agent: `agent-${index % 4}` }),
    ]);
    const events = stored(...steps);
    const expected = readView(costsView, events, {}, HOUR);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        const answer = readView(costsView, shuffled, {}, HOUR);
        expect(answer.total).toEqual(expected.total);
        for (const rows of [answer.byAgent, answer.byModel, answer.byTier, answer.byTaskType, answer.byDay]) {
          expect(rows.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBe(expected.total.costUsd);
        }
      }),
      { numRuns: 50 },
    );
  });
});

it("a task counts by its last type, and names that cost the same stand by their calls", () => {
  const ids = { taskId: "T-1" };
  const given: EventInput = { type: "task_assigned", agent: "scribe", ...ids, data: { taskType: "review" } };
  const { byTaskType } = costs([
    [0, { type: "task_queued", ...ids, data: { taskType: "write" } }],
    [1, given],
    [2, called(1, {}, ids)],
  ]);
  expect(prices(byTaskType)).toEqual([["review", 1]]);
  const { byModel } = costs([
    [0, called(0, { model: "a" })],
    [1, called(0, { model: "b" })],
    [2, called(0, { model: "b" })],
  ]);
  expect(byModel.map(({ name }) => name)).toEqual(["b", "a"]);
});

it("days come oldest first, also where the oldest was told last", () => {
  const { byDay } = costs(
    [
      [0, called(1)],
      [-DAY, called(2)],
    ],
    { days: 7 },
  );
  expect(byDay.map(({ costUsd }) => costUsd)).toEqual([2, 1]);
});
