import { describe, expect, it } from "vitest";
import { createPricer } from "../../src/prices/pricer.ts";
import type { PricedCall } from "../../src/prices/usage.ts";

const OCTOBER = Date.UTC(2026, 9, 1, 12);
const MILLION = 1_000_000;

const call = (provider: string, model: string, usage: Partial<PricedCall>): PricedCall => ({ provider, model, ...usage });
const published = createPricer();

/** What a call costs at published prices. */
const cost = (provider: string, model: string, usage: Partial<PricedCall>, timeUnixMillis = OCTOBER) =>
  published.costUsd(call(provider, model, usage), timeUnixMillis);

describe("what a call costs", () => {
  it("is the price of its input and of its output", () => {
    // 1.25 and 10 US dollars a million.
    expect(cost("openai", "gpt-5", { inputTokens: 1_000, outputTokens: 100 })).toBeCloseTo(0.001_25 + 0.001, 10);
    expect(cost("openai", "text-embedding-3-small", { inputTokens: MILLION })).toBeCloseTo(0.02, 10);
  });

  it("counts cached tokens once, at their own price, as they are part of the input", () => {
    const usage = { inputTokens: 10_000, cacheReadTokens: 6_000, cacheWriteTokens: 3_000, outputTokens: 0 };
    // 1,000 at 1, 6,000 at 0.10 and 3,000 at 1.25 US dollars a million.
    expect(cost("anthropic", "claude-haiku-4-5", usage)).toBeCloseTo((1_000 + 600 + 3_750) / MILLION, 10);
  });

  it("counts reasoning tokens once, as they are part of the output", () => {
    const without = cost("openai", "gpt-5", { inputTokens: 10, outputTokens: 500 });
    expect(cost("openai", "gpt-5", { inputTokens: 10, outputTokens: 500, reasoningTokens: 400 })).toBeCloseTo(without ?? 0, 10);
  });

  it("takes the parts for the whole where a sender's whole is smaller", () => {
    expect(cost("anthropic", "claude-haiku-4-5", { inputTokens: 10, cacheReadTokens: MILLION })).toBeCloseTo(0.1, 10);
  });

  it("is dearer for all of a long request where there are tiers", () => {
    const upTo = cost("google", "gemini-2.5-pro", { inputTokens: 200_000, outputTokens: 1_000 });
    const beyond = cost("google", "gemini-2.5-pro", { inputTokens: 200_001, outputTokens: 1_000 });
    expect(upTo).toBeCloseTo(0.25 + 0.01, 10);
    expect(beyond).toBeCloseTo((200_001 * 2.5) / MILLION + 0.015, 10);
  });

  it("is what the model cost on that day", () => {
    const usage = { inputTokens: MILLION };
    expect(cost("openai", "o3", usage, Date.UTC(2025, 5, 9, 23, 59))).toBe(10);
    expect(cost("openai", "o3", usage, Date.UTC(2025, 5, 10))).toBe(2);
    expect(cost("openai", "o3", usage, Date.UTC(2025, 5, 9, 23, 59))).toBe(10);
  });

  it("is what the model costs at that time of day", () => {
    const usage = { inputTokens: MILLION };
    const [night, morning] = [Date.UTC(2026, 9, 1, 0, 59, 59, 999), Date.UTC(2026, 9, 1, 1)];
    const cheap = cost("deepseek", "deepseek-v4-pro", usage, night) ?? 0;
    expect(cost("deepseek", "deepseek-v4-pro", usage, morning)).toBeGreaterThan(cheap);
    expect(cost("deepseek", "deepseek-v4-pro", usage, Date.UTC(2026, 9, 1, 4))).toBe(cheap);
  });

  it("includes what is paid for each call", () => {
    const [one = 0, two = 0] = [1_000, 2_000].map((inputTokens) => cost("perplexity", "sonar", { inputTokens }));
    expect(one - (two - one)).toBeCloseTo(0.012, 10);
  });

  it("is 0 only for what is called free", () => {
    expect(cost("openrouter", "deepseek/deepseek-r1:free", { inputTokens: 10, outputTokens: 10 })).toBe(0);
    // An entry without any price.
    expect(cost("google", "gemma-3", { inputTokens: 10, outputTokens: 10 })).toBeUndefined();
  });
});

describe("what nobody knows stays unknown", () => {
  it.each([
    ["a model without a price", call("openai", "nobody-1", { inputTokens: 10 })],
    ["a call without usage", call("openai", "gpt-5", {})],
    [
      "a call of no tokens, which is how some say that they do not know",
      call("openai", "gpt-5", { inputTokens: 0, outputTokens: 0 }),
    ],
    ["tokens of a kind that is not sold by the token", call("openai", "whisper-1", { inputTokens: 10 })],
    ["output of a model that is only paid for input", call("openai", "text-embedding-3-small", { outputTokens: 10 })],
  ])("%s", (_, unknown) => {
    expect(published.costUsd(unknown, OCTOBER)).toBeUndefined();
  });

  it("whatever the time is", () => {
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0])
      expect(() => published.costUsd(call("openai", "o3", { inputTokens: 10 }), time)).not.toThrow();
    expect(cost("openai", "o3", { inputTokens: 10 }, Number.NaN)).toBeUndefined();
  });
});

describe("a context's window", () => {
  it.each([
    ["openai", "gpt-5-2025-08-07", 400_000],
    ["google.generative-ai", "models/gemini-2.5-flash", 1_048_576],
    ["anthropic", "claude-haiku-4-5-20251001", 200_000],
  ])("of %s, %s is known", (provider, model, tokens) => {
    expect(published.contextWindowTokens(provider, model)).toBe(tokens);
  });

  it.each([
    ["a million or 200,000 by a header of the request", "anthropic", "claude-sonnet-4-5"],
    ["another model that shares the price", "openai", "gpt-5-chat-latest"],
    ["a snapshot that is not listed", "openai", "gpt-5-2026-01-01"],
    ["a name that is given to one model after the other", "deepseek", "deepseek-chat"],
    ["a deployment, whose name is its owner's", "azure", "gpt-4o"],
    ["whichever server is free", "openrouter", "openai/gpt-5"],
    ["a server that nobody names", "unknown", "gpt-5"],
    ["a model that nobody knows", "openai", "nobody-1"],
  ])("is not told where it is that of %s", (_, provider, model) => {
    expect(published.contextWindowTokens(provider, model)).toBeUndefined();
  });
});

describe("prices of one's own", () => {
  const own = createPricer({
    own: {
      "gpt-5": { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
      "azure/gpt-5": { inputUsdPerMillion: 3, outputUsdPerMillion: 4 },
      "Our-*": { inputUsdPerMillion: 0.5, outputUsdPerMillion: 0.5, contextWindowTokens: 32_000 },
      "our-large*": { inputUsdPerMillion: 5, outputUsdPerMillion: 5 },
      "gpt-oss-*": { inputUsdPerMillion: 0, outputUsdPerMillion: 0, provider: "ollama" },
      cached: { inputUsdPerMillion: 10, outputUsdPerMillion: 0, cacheReadUsdPerMillion: 1, cacheWriteUsdPerMillion: 12 },
      o3: false,
      "*.v1+x": { inputUsdPerMillion: 7, outputUsdPerMillion: 7 },
    },
  });
  const ownCost = (provider: string, model: string, usage: Partial<PricedCall> = { inputTokens: MILLION }) =>
    own.costUsd(call(provider, model, usage), OCTOBER);

  it("come before the published ones, which hold for all other models", () => {
    expect(ownCost("openai", "gpt-5")).toBe(1);
    expect(ownCost("openai", "gpt-4o")).toBe(2.5);
  });

  it("may be for one provider", () => {
    expect(ownCost("azure", "GPT-5")).toBe(3);
    expect(ownCost("azure.ai.openai", "gpt-5")).toBe(3);
    expect(ownCost("ChatOllama", "gpt-oss-20b")).toBeUndefined();
    expect(ownCost("ollama", "gpt-oss-20b")).toBe(0);
    expect(ownCost("groq", "openai/gpt-oss-20b")).not.toBe(0);
  });

  it("may be for all models of a name, of which the longest counts", () => {
    expect(ownCost("vllm", "our-small")).toBe(0.5);
    expect(ownCost("vllm", "our-large-2")).toBe(5);
    expect(ownCost("vllm", "my-our-small")).toBeUndefined();
  });

  it("take every sign but the star for itself", () => {
    expect(ownCost("vllm", "a.v1+x")).toBe(7);
    expect(ownCost("vllm", "a-v11x")).toBeUndefined();
  });

  it("may have stars anywhere, and are found at once however hard a name makes it", () => {
    const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 1 };
    const starred = createPricer({ own: { "a*b*b*c": price, "*x*x*x*x*x*x*x*x*x*y": price } });
    const knows = (model: string) => starred.quote("vllm", model, OCTOBER) !== undefined;
    expect(["abbc", "a-b-b-c", "a-b-b-b-cc"].map(knows)).toEqual([true, true, true]);
    expect(["abc", "ab-c", "abbcd", "xabbc"].map(knows)).toEqual([false, false, false, false]);
    const startedAt = performance.now();
    expect(knows("x".repeat(200))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it("are found whatever stands before the name", () => {
    expect(ownCost("litellm", "openai/gpt-5")).toBe(1);
    expect(ownCost("vertex", "projects/p/models/our-small")).toBe(0.5);
  });

  it("count cached tokens at their own price, or as other input where there is none", () => {
    const usage = { inputTokens: 3 * MILLION, cacheReadTokens: MILLION, cacheWriteTokens: MILLION };
    expect(ownCost("vllm", "cached", usage)).toBe(10 + 1 + 12);
    expect(ownCost("openai", "gpt-5", usage)).toBe(3);
  });

  it("leave the cost of a model unknown where they say so, and its window", () => {
    expect(ownCost("openai", "o3")).toBeUndefined();
    expect(own.contextWindowTokens("openai", "o3")).toBeUndefined();
  });

  it("may tell a window, and leave it to what is published", () => {
    expect(own.contextWindowTokens("vllm", "our-small")).toBe(32_000);
    expect(own.contextWindowTokens("openai", "gpt-5")).toBe(400_000);
  });

  it("alone, where a star leaves everything else unknown", () => {
    const alone = createPricer({ own: { "*": false, mine: { inputUsdPerMillion: 1, outputUsdPerMillion: 1 } } });
    expect(alone.costUsd(call("openai", "gpt-5", { inputTokens: 10 }), OCTOBER)).toBeUndefined();
    expect(alone.costUsd(call("openai", "mine", { inputTokens: MILLION }), OCTOBER)).toBe(1);
  });
});

it("remembers a bounded number of models, and knows those that it forgot", () => {
  const pricer = createPricer();
  for (let i = 0; i < 5_000; i++) pricer.costUsd(call("ollama", `model-${i}`, { inputTokens: 1 }), OCTOBER);
  expect(pricer.costUsd(call("openai", "gpt-5", { inputTokens: MILLION }), OCTOBER)).toBe(1.25);
  for (let i = 0; i < 5_000; i++) pricer.costUsd(call("ollama", `model-${i}`, { inputTokens: 1 }), OCTOBER);
  expect(pricer.costUsd(call("openai", "gpt-5", { inputTokens: MILLION }), OCTOBER)).toBe(1.25);
});
