import fc from "fast-check";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { Core } from "../../src/core.ts";
import type { EventInput } from "../../src/events/types.ts";
import { allTokens } from "../../src/folds/spending.ts";
import { agentsView } from "../../src/views/agents/view.ts";
import { budgetsView } from "../../src/views/budgets.ts";
import { costsView } from "../../src/views/costs/view.ts";
import { views } from "../../src/views/index.ts";
import { kpisView } from "../../src/views/kpis.ts";
import { providersView } from "../../src/views/providers/view.ts";
import { tasksView } from "../../src/views/tasks/view.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { windowsView } from "../../src/views/windows.ts";
import { workflowsView } from "../../src/views/workflows/view.ts";
import { complete, NOON } from "../helpers/events.ts";
import { samplesOf } from "../helpers/metrics.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const model = { provider: "openai", model: "gpt-5" };
const called = (data: object = {}, ids: object = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  ...ids,
  data: { ...model, outcome: "success", durationSeconds: 1, ...data },
});
/** A sum of calls, as metrics tell it. */
const reported = (data: object = {}, ids: object = {}): EventInput => ({
  type: "usage_reported",
  agent: "scribe",
  ...ids,
  data: { ...model, ...data },
});
const inRun = { taskId: "T-1", workflowId: "W-1" };
const run: readonly Step[] = [
  [0, { type: "workflow_started", workflowId: "W-1", data: { name: "checkout" } }],
  [0, { type: "task_assigned", ...inRun, agent: "scribe", featureId: "F-1", data: { taskType: "write_test" } }],
  [1, called({ inputTokens: 10, costUsd: 1, costIsEstimated: true, tier: "small" }, inRun)],
  [2, reported({ inputTokens: 500, cacheReadTokens: 400, costUsd: 0.5 }, inRun)],
];

describe("a sum of calls", () => {
  it("costs what it says under every name, and is no call", () => {
    const costs = readView(costsView, stored(...run), {}, 60);
    const all = { calls: 1, unpricedCalls: 0, costUsd: 1.5, inputTokens: 110, cacheReadTokens: 400 };
    expect(costs.total).toMatchObject(all);
    expect([costs.byService, costs.byAgent, costs.byModel, costs.byTaskType, costs.byWorkflow]).toMatchObject([
      [{ name: "shop", ...all }],
      [{ name: "scribe", ...all }],
      [{ name: "gpt-5", ...all }],
      [{ name: "write_test", ...all }],
      [{ name: "checkout", ...all }],
    ]);
    // Nobody knows which tiers are in a sum.
    expect(costs.byTier).toMatchObject([
      { name: "small", calls: 1, costUsd: 1 },
      { name: null, calls: 0, costUsd: 0.5 },
    ]);
  });

  it("is part of `other` where there are too many names, although it has no calls", () => {
    const steps = Array.from({ length: 203 }, (_, index): Step => [0, reported({ costUsd: 1 }, { agent: `agent-${index}` })]);
    const { byAgent } = readView(costsView, stored(...steps), {}, 60);
    expect([byAgent.length, byAgent.at(-1)]).toMatchObject([201, { name: "other", calls: 0, costUsd: 3 }]);
  });

  it("is spent from budgets of the day, the agent and the workflow", () => {
    const budgets = [{ kind: "day" }, { kind: "agent", name: "scribe" }, { kind: "workflow", name: "checkout" }].map(
      (whose): Step => [0, { type: "budget_set", data: { ...whose, limitUsd: 2 } as never }],
    );
    const answer = readView(budgetsView, stored(...budgets, ...run), {}, 60);
    expect(answer.budgets.map(({ scope, spentUsd, estimatedSpentUsd }) => [scope, spentUsd, estimatedSpentUsd])).toEqual([
      ["day", 1.5, 1],
      ["agent:scribe", 1.5, 1],
      ["workflow:checkout", 1.5, 1],
    ]);
  });

  it("counts in windows as tokens and money, and as no work that ended", () => {
    const { windows } = readView(windowsView, stored(...run), {}, 60);
    expect(windows[2]).toMatchObject({ tokens: 510, costUsd: 1.5, throughputPerSecond: 1 / 900 });
    expect(windows[2]?.modelDurationSeconds.count).toBe(1);
  });

  it("counts for its agent, its task, its run and its feature", () => {
    const steps: Step[] = [
      ...run,
      [3, { type: "task_completed", ...inRun, data: { taskType: "write_test", durationSeconds: 3, costUsd: 9 } }],
      [4, reported({ costUsd: 0.25 }, inRun)],
    ];
    const events = stored(...steps);
    expect(readView(agentsView, events, {}, 60).agents).toMatchObject([{ costUsd: 1.75, model: "gpt-5" }]);
    expect(readView(tasksView, events, {}, 60).tasks).toMatchObject([{ costUsd: 1.75 }]);
    const { graph } = readView(workflowsView, events, { id: "W-1" }, 60);
    expect(graph).toMatchObject({ tokens: 510, costUsd: 1.75 });
    expect(graph?.nodes).toMatchObject([
      { kind: "task", modelCalls: 1, tokens: 510, costUsd: 1.75 },
      { kind: "agent", modelCalls: 1, tokens: 510, costUsd: 1.75 },
    ]);
    expect(readView(kpisView, events, { hours: 1 }, 60).cost_per_feature).toMatchObject({ value: 1.75, sample_size: 1 });
  });

  it("is what a provider and its model were used for, and nothing of how they answer", () => {
    const steps: Step[] = [
      [0, called({ costUsd: 1 })],
      [1, reported({ outputTokens: 7, costUsd: 0.5 })],
      [-7_200, reported({ outputTokens: 5 }, {})],
      [2, { ...reported({ outputTokens: 9 }), data: { provider: "anthropic", model: "m", outputTokens: 9 } } as EventInput],
    ];
    const { providers } = readView(providersView, stored(...steps), {}, 60);
    expect(
      providers.map(({ provider, total, status, usage }) => [provider, total, status, usage.calls, usage.outputTokens]),
    ).toEqual([
      ["openai", 1, "unknown", 1, 12],
      ["anthropic", 0, "unknown", 0, 9],
    ]);
    expect(providers[0]).toMatchObject({
      usage: { costUsd: 1.5 },
      models: [{ total: 1, usage: { costUsd: 1.5, outputTokens: 12 } }],
    });
    expect(providers[0]?.trend.hourly.map(({ total }) => total)).toEqual([1]);
    expect(providers[1]).toMatchObject({ rank: null, successRatio: null, trend: { hourly: [], daily: [] } });
  });
});

describe("an estimated cost", () => {
  it("stands beside the whole under every name and every day", () => {
    const estimated = { costUsd: 0.25, costIsEstimated: true };
    const costs = readView(
      costsView,
      stored([0, called(estimated)], [1, called({ costUsd: 1 })], [2, called(estimated, { agent: "critic" })]),
      { days: 1 },
      60,
    );
    expect(costs.total).toMatchObject({ costUsd: 1.5, estimatedCostUsd: 0.5 });
    expect(costs.byDay).toMatchObject([{ costUsd: 1.5, estimatedCostUsd: 0.5 }]);
    expect(costs.byAgent).toMatchObject([
      { name: "scribe", costUsd: 1.25, estimatedCostUsd: 0.25 },
      { name: "critic", costUsd: 0.25, estimatedCostUsd: 0.25 },
    ]);
  });
});

describe("what views say was spent", () => {
  afterEach(() => void vi.useRealTimers());

  it("is what metrics say, whatever happens", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOON + 60_000 });
    await fc.assert(fc.asyncProperty(fc.array(arbitraryInput, { maxLength: 40 }), expectSameAsMetrics), { numRuns: 60 });
  });
});

const tokens = fc.option(fc.nat(1_000), { nil: undefined });
/** Of money there are parts of a dollar that binary has exactly, so that sums do not hang on the order. */
const costUsd = fc.option(
  fc.nat(64).map((parts) => parts / 64),
  { nil: undefined },
);
const used = fc.record({
  provider: fc.constantFrom("openai", "azure"),
  // One of them has a price, so what its calls cost is worked out where nobody tells it.
  model: fc.constantFrom("priced", "unpriced"),
  inputTokens: tokens,
  outputTokens: tokens,
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
  reasoningTokens: tokens,
  costUsd,
});
const whose = fc.record({
  source: fc.constantFrom("shop", "warehouse"),
  agent: fc.constantFrom("scribe", "critic"),
  workflowId: fc.constantFrom("W-1", undefined),
});
const arbitraryInput: fc.Arbitrary<EventInput> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(whose, used).map(([ids, data]) => called(data, ids)) },
  fc.tuple(whose, used).map(([ids, data]) => called({ ...data, outcome: "failure" }, ids)),
  { weight: 3, arbitrary: fc.tuple(whose, used).map(([ids, data]) => reported(data, ids)) },
  fc.tuple(whose, costUsd).map(
    ([ids, cost]): EventInput => ({
      // The same money once more.
      type: "agent_completed",
      ...ids,
      data: { outcome: "success", durationSeconds: 1, ...(cost === undefined ? {} : { costUsd: cost }) },
    }),
  ),
  whose.map(({ source }): EventInput => ({ type: "workflow_started", source, workflowId: "W-1", data: { name: "checkout" } })),
  fc
    .tuple(
      whose,
      fc.constantFrom({ kind: "day" }, { kind: "agent", name: "scribe" }, { kind: "workflow", name: "checkout" }),
      fc.nat(9),
    )
    .map(([{ source }, budget, limitUsd]) => ({ type: "budget_set", source, data: { ...budget, limitUsd } }) as EventInput),
);

/** Tells a real core of events, and the views of whatever came out of it. */
async function expectSameAsMetrics(inputs: readonly EventInput[]): Promise<void> {
  const config = loadConfig({ options: { prices: { priced: { inputUsdPerMillion: 2, outputUsdPerMillion: 8 } } } });
  const core = new Core(config, { registry: new Registry() });
  await core.loadPrices();
  const set = new ViewSet(views, (_view, error) => {
    throw error;
  });
  let estimatedCostUsd = 0;
  let seq = 0;
  core.bus.tap("views", (event) => {
    seq += 1;
    set.apply({ ...event, seq, receivedUnixMillis: Date.now() });
    if (event.type === "model_called" && event.data.costIsEstimated === true) estimatedCostUsd += event.data.costUsd ?? 0;
  });
  for (const input of inputs) core.tell(complete(input));
  const samples = samplesOf(Buffer.concat(await core.exposition.render("text")).toString());

  const { total, byAgent, byModel, byService, byDay } = set.read("costs", {});
  const counted = countedIn(samples);
  for (const rows of [[total], byService, byAgent, byModel, byDay]) {
    expect(sum(rows, ({ costUsd }) => costUsd)).toBeCloseTo(counted("agent_cost_usd_total"), 9);
    expect(sum(rows, ({ unpricedCalls }) => unpricedCalls)).toBe(counted("agent_unpriced_model_calls_total"));
    expect(sum(rows, ({ estimatedCostUsd }) => estimatedCostUsd)).toBeCloseTo(estimatedCostUsd, 9);
    for (const [token_type, kind] of tokenTypes) {
      expect(sum(rows, (row) => row[kind])).toBe(counted("agent_model_tokens_total", { token_type }));
    }
  }
  for (const { service, name: agent, costUsd } of byAgent) {
    expect(costUsd).toBeCloseTo(counted("agent_cost_usd_total", { service: service ?? "", agent }), 9);
  }
  for (const { provider, name, ...row } of byModel) {
    const labels = { provider: provider ?? "", model: name };
    expect(allTokens(row)).toBe(counted("agent_model_tokens_total", labels));
    expect(row.calls).toBe(counted("agent_model_calls_total", labels));
  }

  const [, , quarter] = set.read("windows", {}).windows;
  expect(quarter?.tokens).toBe(counted("agent_model_tokens_total"));
  expect(quarter?.costUsd).toBeCloseTo(total.costUsd, 9);
  const { providers } = set.read("providers", { hours: 24 });
  expect(sum(providers, ({ usage }) => allTokens(usage))).toBe(counted("agent_model_tokens_total"));
  for (const { provider, usage, models } of providers) {
    expect(allTokens(usage)).toBe(counted("agent_model_tokens_total", { provider }));
    expect(sum(models, (each) => each.usage.costUsd)).toBeCloseTo(usage.costUsd, 9);
  }
  const { agents } = set.read("agents", {});
  for (const { service, name: agent, costUsd } of agents) {
    expect(costUsd).toBeCloseTo(counted("agent_cost_usd_total", { service, agent }), 9);
  }
  const { budgets } = set.read("budgets", {});
  for (const { service, scope, spentUsd, estimatedSpentUsd } of budgets) {
    expect(spentUsd).toBe(counted("agent_budget_spent_usd", { service, scope }));
    expect(estimatedSpentUsd).toBeLessThanOrEqual(spentUsd);
  }
  expect(budgets).toHaveLength([...samples.keys()].filter((name) => name.startsWith("agent_budget_spent_usd")).length);
}

const tokenTypes = [
  ["input", "inputTokens"],
  ["cache_read", "cacheReadTokens"],
  ["cache_write", "cacheWriteTokens"],
  ["output", "outputTokens"],
  ["reasoning", "reasoningTokens"],
] as const;

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

/** What all series of a metric come to that have the labels. */
function countedIn(samples: ReadonlyMap<string, number>) {
  return (metric: string, labels: Readonly<Record<string, string>> = {}): number =>
    sum(
      [...samples].filter(([sample]) => {
        const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
        return sample.split("{", 1)[0] === metric && wanted.every((label) => sample.includes(label));
      }),
      ([, value]) => value,
    );
}
