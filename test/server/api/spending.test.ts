import { describe, expect, it } from "vitest";
import type { EventInput } from "../../../src/events/types.ts";
import { allTokens } from "../../../src/folds/spending.ts";
import { costsView } from "../../../src/views/costs/view.ts";
import type { views } from "../../../src/views/index.ts";
import { NOON } from "../../helpers/events.ts";
import { samplesOf } from "../../helpers/metrics.ts";
import { readView } from "../../helpers/read-view.ts";
import { type Delivery, deliver, isLog, isMetric, recorded } from "../../support/claude-code.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { documentOf, expectDocumented } from "../../support/openapi.ts";

type Answer<Name extends keyof typeof views> = ReturnType<(typeof views)[Name]["read"]>;

async function read<Name extends keyof typeof views>({ hub }: TestHub, name: Name): Promise<Answer<Name>> {
  return (await expectDocumented(await documentOf(hub.url), await fetch(`${hub.url}/api/${name}`))) as Answer<Name>;
}

/** What all series of a metric come to. */
async function counted({ hub }: TestHub, metric: string): Promise<number> {
  const samples = samplesOf(await (await fetch(`${hub.url}/metrics`)).text());
  return [...samples].reduce((sum, [sample, value]) => (sample.split("{", 1)[0] === metric ? sum + value : sum), 0);
}

/** What it costs that the real Claude Code told, as of when it was recorded. */
async function totalAfter(deliveries: readonly Delivery[]) {
  const hub = await startTestHub();
  await deliver(hub, deliveries);
  const { events } = await hub.hub.query({ limit: 1_000 });
  const lastMillis = Math.max(...events.map(({ timeUnixMillis }) => timeUnixMillis));
  const { total } = readView(costsView, events, { days: 2 }, (lastMillis - NOON) / 1_000);
  const tokens = allTokens(total);
  expect(tokens).toBe(await counted(hub, "agent_model_tokens_total"));
  expect(total.costUsd).toBeCloseTo(await counted(hub, "agent_cost_usd_total"), 9);
  expect(total.calls).toBe(await counted(hub, "agent_model_calls_total"));
  return { ...total, tokens };
}

describe("costs of the real Claude Code", () => {
  const team = recorded("team");
  const [logs, metrics] = [team.filter(isLog), team.filter(isMetric)];

  it("are told by its metrics where nothing tells of single calls, and count once where both tell of them", async () => {
    const byCalls = await totalAfter(logs);
    const bySums = await totalAfter(metrics);
    expect([byCalls.calls > 0, byCalls.tokens > 0, byCalls.costUsd > 0]).toEqual([true, true, true]);
    expect([bySums.calls > 0, bySums.tokens > 0, bySums.costUsd > 0]).toEqual([false, true, true]);
    expect(await totalAfter([...logs, ...metrics])).toEqual(byCalls);
  });
});

describe("estimated costs", () => {
  it("are told apart from those that senders tell, by costs and by budgets", async () => {
    const hub = await startTestHub({ prices: { "our-model": { inputUsdPerMillion: 2, outputUsdPerMillion: 8 } } });
    const call = (data: object): EventInput => ({
      type: "model_called",
      agent: "scribe",
      source: "shop",
      data: { provider: "own", model: "our-model", outcome: "success", durationSeconds: 1, ...data },
    });
    const events: EventInput[] = [
      { type: "budget_set", source: "shop", data: { kind: "agent", name: "scribe", limitUsd: 10 } },
      call({ inputTokens: 1_000_000 }),
      call({ inputTokens: 1_000_000, costUsd: 3 }),
    ];
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${hub.hub.url}/v1/events`, { method: "POST", headers, body: JSON.stringify(events) });
    expect(response.status).toBe(202);
    const { total, byAgent } = await read(hub, "costs");
    expect(total).toMatchObject({ costUsd: 5, estimatedCostUsd: 2 });
    expect(byAgent).toMatchObject([{ name: "scribe", costUsd: 5, estimatedCostUsd: 2 }]);
    const { budgets } = await read(hub, "budgets");
    expect(budgets).toMatchObject([{ scope: "agent:scribe", spentUsd: 5, estimatedSpentUsd: 2 }]);
  });
});
