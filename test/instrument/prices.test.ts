import { BudgetExceededError, type Crowsnest } from "crowsnest";
import { describe, expect, test } from "vitest";
import { startEmbedded } from "../support/embedded.ts";
import { withEnvironment } from "../support/environment.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";

const call = (crowsnest: Crowsnest, model = "gpt-5", costUsd?: number) =>
  crowsnest.modelCall({ agent: "scribe", provider: "openai", model }, async (handle) => {
    handle.usage({ inputTokens: 1_000, outputTokens: 100 });
    if (costUsd !== undefined) handle.cost(costUsd);
  });

/** 1,000 and 100 tokens at 1.25 and 10 US dollars a million. */
const GPT_5_USD = 0.002_25;

describe("a model call whose caller gives no cost", () => {
  test("costs what its tokens cost, and says that this is an estimate", async () => {
    const { crowsnest, recorder, settle, metric } = await startEmbedded();
    await call(crowsnest);
    await settle();
    expect(recorder.of("model_called")[0]?.data).toMatchObject({
      costUsd: expect.closeTo(GPT_5_USD, 10),
      costIsEstimated: true,
    });
    expect(await metric('agent_cost_usd_total{service="test",agent="scribe",model="gpt-5"}')).toBeCloseTo(GPT_5_USD, 10);
  });

  test("costs what its caller says where it does, 0 included", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    await call(crowsnest, "gpt-5", 3);
    await call(crowsnest, "gpt-5", 0);
    await settle();
    const told = recorder.of("model_called").map(({ data }) => [data.costUsd, data.costIsEstimated]);
    expect(told).toEqual([
      [3, undefined],
      [0, undefined],
    ]);
  });

  test("costs nothing that is known where its model has no price", async () => {
    const { crowsnest, recorder, settle, metric } = await startEmbedded();
    await call(crowsnest, "nobody-1");
    await crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5" }, async () => "no usage");
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.costUsd)).toEqual([undefined, undefined]);
    expect(await metric('agent_unpriced_model_calls_total{service="test",provider="openai",model="nobody-1"}')).toBe(1);
  });

  test("counts against an enforced budget at once", async () => {
    const { crowsnest } = await startEmbedded();
    crowsnest.budget({ agent: "scribe", limitUsd: 0.004, enforce: true });
    await call(crowsnest);
    await call(crowsnest);
    expect(() => call(crowsnest)).toThrow(BudgetExceededError);
  });

  test("has the cost on its span", async () => {
    const receiver = await startOtlpReceiver();
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    const { crowsnest } = await startEmbedded({ traces: true });
    await call(crowsnest);
    await call(crowsnest, "gpt-4o", 3);
    await crowsnest.flush();
    const spans = new Map(receiver.spans.map(({ name, attributes }) => [name, attributes]));
    expect(spans.get("chat gpt-5")).toMatchObject({
      "crowsnest.cost_usd": expect.closeTo(GPT_5_USD, 10),
      "crowsnest.cost_is_estimated": true,
    });
    expect(spans.get("chat gpt-4o")).toMatchObject({ "crowsnest.cost_usd": 3 });
    expect(spans.get("chat gpt-4o")).not.toHaveProperty("crowsnest.cost_is_estimated");
  });
});

describe("an event that is told after the fact", () => {
  test("gets its cost as well", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const data = { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, inputTokens: 1_000 } as const;
    crowsnest.emit({ type: "model_called", agent: "scribe", data });
    await settle();
    expect(recorder.of("model_called")[0]?.data).toMatchObject({ costUsd: 0.001_25, costIsEstimated: true });
  });
});

describe("a context of a model", () => {
  test("is limited by the model's window where that is known, unless somebody says otherwise", async () => {
    const { crowsnest, recorder, settle, metric } = await startEmbedded();
    const tell = (model: string | undefined, limitTokens?: number) =>
      crowsnest.context({
        agent: "scribe",
        tokens: 100,
        ...(model === undefined ? {} : { provider: "openai", model }),
        ...(limitTokens === undefined ? {} : { limitTokens }),
      });
    tell("gpt-5");
    tell("gpt-5", 1_000);
    tell("nobody-1");
    tell(undefined);
    await settle();
    expect(recorder.of("context_updated").map(({ data }) => data.limitTokens)).toEqual([400_000, 1_000, undefined, undefined]);
    expect(await metric('agent_context_limit_tokens{service="test",agent="scribe"}')).toBeUndefined();
  });
});
