import { calcPrice, findProvider } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPricer } from "../../src/prices/pricer.ts";

const providers = [
  "openai",
  "anthropic",
  "google",
  "aws",
  "deepseek",
  "mistral",
  "x-ai",
  "perplexity",
  "azure",
  "groq",
  "cohere",
];
const models = providers.flatMap((provider) =>
  (findProvider({ providerId: provider })?.models ?? []).map((model) => ({ provider, model: model.id })),
);

const count = fc.nat({ max: 1_500_000 });
/** Tokens whose parts are no more than their whole. */
const usage = fc.record({ fresh: count, cacheRead: count, cacheWrite: count, answer: count, reasoning: count });
const time = fc.date({ min: new Date(Date.UTC(2024, 0)), max: new Date(Date.UTC(2028, 0)), noInvalidDate: true });
const anyModel = fc.constantFrom(...models);

type Tokens = Readonly<Record<"fresh" | "cacheRead" | "cacheWrite" | "answer" | "reasoning", number>>;

const told = ({ fresh, cacheRead, cacheWrite, answer, reasoning }: Tokens) => ({
  inputTokens: fresh + cacheRead + cacheWrite,
  cacheReadTokens: cacheRead,
  cacheWriteTokens: cacheWrite,
  outputTokens: answer + reasoning,
  reasoningTokens: reasoning,
});

const pricer = createPricer({
  own: { "own-*": { inputUsdPerMillion: 3, outputUsdPerMillion: 15, cacheReadUsdPerMillion: 0.3 } },
});
const costUsd = (model: { provider: string; model: string }, tokens: Tokens, at: Date) =>
  pricer.costUsd({ ...model, ...told(tokens) }, at.getTime());

describe("for every published model", () => {
  it("there is a price, but for some that are not paid by the token", () => {
    const tokens = { fresh: 1, cacheRead: 0, cacheWrite: 0, answer: 0, reasoning: 0 };
    const priced = models.filter((model) => costUsd(model, tokens, new Date(Date.UTC(2026, 9))) !== undefined);
    expect(priced.length).toBeGreaterThan(0.8 * models.length);
  });

  it("a cost is what the library of prices says of the same call", () => {
    fc.assert(
      fc.property(anyModel, usage, time, (asked, tokens, at) => {
        const cost = costUsd(asked, tokens, at);
        const { inputTokens, outputTokens, ...parts } = told(tokens);
        if (cost === undefined) return;
        const wanted = calcPrice(
          {
            input_tokens: inputTokens,
            output_tokens: outputTokens,
            cache_read_tokens: parts.cacheReadTokens,
            cache_write_tokens: parts.cacheWriteTokens,
            output_reasoning_tokens: parts.reasoningTokens,
          },
          asked.model,
          { providerId: asked.provider, timestamp: at },
        );
        expect(cost).toBeCloseTo(wanted?.total_price ?? Number.NaN, 8);
      }),
      { numRuns: 2_000 },
    );
  });

  it("a cost is never below 0, and more tokens of any kind never cost less", () => {
    const kind = fc.constantFrom("fresh", "cacheRead", "cacheWrite", "answer", "reasoning");
    fc.assert(
      fc.property(anyModel, usage, time, kind, count, (asked, tokens, at, more, by) => {
        const before = costUsd(asked, tokens, at);
        if (before === undefined) return;
        const after = costUsd(asked, { ...tokens, [more]: tokens[more] + by }, at);
        expect(before).toBeGreaterThanOrEqual(0);
        expect((after ?? Number.POSITIVE_INFINITY) - before).toBeGreaterThanOrEqual(-1e-9);
      }),
      { numRuns: 2_000 },
    );
  });
});

it("whatever a sender says, a cost is a number of 0 or more, or unknown", () => {
  const any = fc.option(fc.oneof(count, fc.maxSafeNat()), { nil: undefined });
  const name = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constantFrom("own-1", "gpt-5", "models/", "a/", "/", "anthropic/", "us.anthropic.", "arn:aws:bedrock:"),
  );
  const provider = fc.oneof(fc.string({ maxLength: 200 }), fc.constantFrom(...providers, "unknown"));
  const call = fc.record({
    provider,
    model: name,
    inputTokens: any,
    outputTokens: any,
    cacheReadTokens: any,
    cacheWriteTokens: any,
    reasoningTokens: any,
  });
  fc.assert(
    fc.property(call, time, (given, at) => {
      const cost = pricer.costUsd(given, at.getTime());
      expect(cost === undefined || (cost >= 0 && Number.isFinite(cost))).toBe(true);
      const window = pricer.contextWindowTokens(given.provider, given.model);
      expect(window === undefined || window > 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
