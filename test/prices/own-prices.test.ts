import { describe, expect, it } from "vitest";
import { readOwnPrices } from "../../src/prices/own-prices.ts";

const usual = { inputUsdPerMillion: 3, outputUsdPerMillion: 15 };

describe("a table of prices", () => {
  it("is taken as it is where it is right", () => {
    const prices = {
      "my-model": usual,
      "my-*": { ...usual, cacheReadUsdPerMillion: 0, cacheWriteUsdPerMillion: 1.5, contextWindowTokens: 1, provider: "vllm" },
      other: false,
    };
    expect(readOwnPrices(prices)).toEqual({ prices });
    expect(readOwnPrices({})).toEqual({ prices: {} });
  });

  it.each([
    [3, `has "m", which takes prices such as { inputUsdPerMillion: 3, outputUsdPerMillion: 15 }, or false`],
    [
      { inputUsdPerMillion: 3 },
      `has "m", whose outputUsdPerMillion is missing; it takes US dollars per million tokens, 0 or more`,
    ],
    [
      { ...usual, inputUsdPerMillion: "3" },
      `has "m", whose inputUsdPerMillion is "3"; it takes US dollars per million tokens, 0 or more`,
    ],
    [
      { ...usual, cacheReadUsdPerMillion: -1 },
      `has "m", whose cacheReadUsdPerMillion is -1; it takes US dollars per million tokens, 0 or more`,
    ],
    [
      { ...usual, contextWindowTokens: 0.5 },
      `has "m", whose contextWindowTokens is 0.5; it takes a whole number of tokens, 1 or more`,
    ],
    [{ ...usual, provider: "" }, `has "m", whose provider is ""; it takes the name of a provider`],
    [
      { ...usual, input: 3 },
      `has "m" with input; there are inputUsdPerMillion, outputUsdPerMillion, cacheReadUsdPerMillion, cacheWriteUsdPerMillion, contextWindowTokens, provider`,
    ],
  ])("says which model and which field are wrong, and what is right: %j", (price, problem) => {
    expect(readOwnPrices({ fine: usual, m: price })).toEqual({ problem });
  });

  it.each([[null], [[]], ["text"], [3]])("is none where it holds something else: %j", (value) => {
    expect(readOwnPrices(value)).toEqual({ problem: "has to hold prices by model" });
  });
});
