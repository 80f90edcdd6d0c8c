import { describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { chatSpan, tracesRequest } from "../support/otlp-spans.ts";

async function post({ hub }: TestHub, path: string, body: unknown): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${hub.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).status;
}

/** A call of 1,000 tokens in and 100 out, by an agent of another language. */
const modelCalled = (data: object = {}, more: object = {}) => ({
  type: "model_called",
  source: "py",
  agent: "scribe",
  data: {
    provider: "openai",
    model: "gpt-5",
    outcome: "success",
    durationSeconds: 1,
    inputTokens: 1_000,
    outputTokens: 100,
    ...data,
  },
  ...more,
});

/** 1,000 and 100 tokens at 1.25 and 10 US dollars a million. */
const GPT_5_USD = 0.002_25;

async function kept({ hub }: TestHub, type: string): Promise<readonly { readonly data: unknown }[]> {
  return (await hub.query({ types: [type as "model_called"] })).events;
}

describe("a hub", () => {
  test("works out what a call cost that came by POST /v1/events, keeps it as an estimate and counts it", async () => {
    const hub = await startTestHub();
    expect(await post(hub, "/v1/events", modelCalled())).toBe(202);
    expect(await hub.metric('agent_cost_usd_total{service="py",agent="scribe",model="gpt-5"}')).toBeCloseTo(GPT_5_USD, 10);
    const [event] = await kept(hub, "model_called");
    expect(event?.data).toMatchObject({ costUsd: expect.closeTo(GPT_5_USD, 10), costIsEstimated: true });
  });

  test("works out what a call cost that came as a span, and how large the window of its model is", async () => {
    const hub = await startTestHub();
    expect(await post(hub, "/v1/traces", tracesRequest([chatSpan()]))).toBe(200);
    // 120 tokens in and 30 out.
    expect(await hub.metric('agent_cost_usd_total{service="py",agent="pyagent",model="gpt-5"}')).toBeCloseTo(0.000_45, 10);
    expect(await hub.metric('agent_context_limit_tokens{service="py",agent="pyagent"}')).toBe(400_000);
    const [event] = await kept(hub, "context_updated");
    expect(event?.data).toEqual({ tokens: 150, limitTokens: 400_000, provider: "openai", model: "gpt-5" });
  });

  test("leaves the cost and the limit that a sender tells as they are", async () => {
    const hub = await startTestHub();
    const context = { tokens: 10, limitTokens: 20, provider: "openai", model: "gpt-5" };
    await post(hub, "/v1/events", [modelCalled({ costUsd: 3 }), { ...modelCalled(), type: "context_updated", data: context }]);
    const [call] = await kept(hub, "model_called");
    expect(call?.data).toMatchObject({ costUsd: 3 });
    expect(call?.data).not.toHaveProperty("costIsEstimated");
    expect((await kept(hub, "context_updated"))[0]?.data).toEqual(context);
  });

  test("leaves unknown what nobody knows, and counts such calls by model", async () => {
    const hub = await startTestHub();
    await post(hub, "/v1/events", [
      modelCalled({ model: "nobody-1" }),
      modelCalled({ model: "nobody-1" }),
      modelCalled({ inputTokens: undefined, outputTokens: undefined }),
      { type: "context_updated", source: "py", agent: "scribe", data: { tokens: 9, provider: "openai", model: "nobody-1" } },
    ]);
    for (const { data } of await kept(hub, "model_called")) expect(data).not.toHaveProperty("costUsd");
    expect((await kept(hub, "context_updated"))[0]?.data).not.toHaveProperty("limitTokens");
    expect(await hub.metric('agent_unpriced_model_calls_total{service="py",provider="openai",model="nobody-1"}')).toBe(2);
    expect(await hub.metric('agent_unpriced_model_calls_total{service="py",provider="openai",model="gpt-5"}')).toBeUndefined();
    expect(await hub.metric('agent_cost_usd_total{service="py",agent="scribe",model="nobody-1"}')).toBeUndefined();
  });

  test("takes prices of one's own first, and no others where the published ones are off", async () => {
    const own = await startTestHub({ prices: { "nobody-*": { inputUsdPerMillion: 1_000, outputUsdPerMillion: 0 } } });
    await post(own, "/v1/events", [modelCalled({ model: "nobody-1" }), modelCalled()]);
    expect(await own.metric('agent_cost_usd_total{service="py",agent="scribe",model="nobody-1"}')).toBe(1);
    expect(await own.metric('agent_cost_usd_total{service="py",agent="scribe",model="gpt-5"}')).toBeCloseTo(GPT_5_USD, 10);
    const off = await startTestHub({ prices: false });
    await post(off, "/v1/events", modelCalled());
    expect(await off.metric('agent_cost_usd_total{service="py",agent="scribe",model="gpt-5"}')).toBeUndefined();
    expect(await off.metric('agent_unpriced_model_calls_total{service="py",provider="openai",model="gpt-5"}')).toBe(1);
  });

  test("holds worked-out costs against budgets", async () => {
    const hub = await startTestHub();
    const budget = { type: "budget_set", source: "py", data: { kind: "agent", name: "scribe", limitUsd: 0.004 } };
    await post(hub, "/v1/events", [budget, modelCalled(), modelCalled()]);
    await hub.hub.flush();
    expect((await kept(hub, "budget_exceeded")).map(({ data }) => data)).toMatchObject([{ name: "scribe", limitUsd: 0.004 }]);
    expect(await hub.metric('agent_budget_spent_usd{service="py",scope="agent:scribe"}')).toBeCloseTo(2 * GPT_5_USD, 10);
  });

  test("counts the cost of a call that is delivered twice once, and keeps budgets over a restart at other prices", async () => {
    const first = await startTestHub();
    const call = modelCalled({}, { id: "call-1", timeUnixMillis: Date.now() });
    const budget = { type: "budget_set", source: "py", data: { kind: "agent", name: "scribe", limitUsd: 1 } };
    await post(first, "/v1/events", [budget, call]);
    await post(first, "/v1/events", call);
    expect(await first.metric('agent_cost_usd_total{service="py",agent="scribe",model="gpt-5"}')).toBeCloseTo(GPT_5_USD, 10);
    await first.hub.close();
    const prices = { "gpt-5": { inputUsdPerMillion: 900, outputUsdPerMillion: 900 } };
    const second = await startTestHub({ data: first.data, prices });
    expect(await second.metric('agent_budget_spent_usd{service="py",scope="agent:scribe"}')).toBeCloseTo(GPT_5_USD, 10);
  });

  test("prices the calls of agents in its own process", async () => {
    const hub = await startTestHub({ traces: false });
    const face = hub.hub.attach({ service: "inside" });
    await face.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5" }, async (call) =>
      call.usage({ inputTokens: 1_000, outputTokens: 100 }),
    );
    await hub.hub.flush();
    expect(await hub.metric('agent_cost_usd_total{service="inside",agent="scribe",model="gpt-5"}')).toBeCloseTo(GPT_5_USD, 10);
  });
});
