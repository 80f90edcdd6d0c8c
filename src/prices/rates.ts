import type { Usage } from "./usage.ts";

const MILLION = 1_000_000;

/** US dollars per million tokens: one price, or a dearer one for calls whose whole input is beyond a number of tokens. */
export type Rate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

/** What a model's calls cost by kind of token. What is left out for a part costs what its whole does. */
export interface Rates {
  readonly input?: Rate | undefined;
  readonly output?: Rate | undefined;
  readonly cacheRead?: Rate | undefined;
  readonly cacheWrite?: Rate | undefined;
  readonly reasoning?: Rate | undefined;
  /** US dollars for each call, however long it is. */
  readonly usdPerCall?: number | undefined;
}

/** What a call costs; undefined where there is no price for something that it used. */
export function costUsdAt(rates: Rates, { input, output, cacheRead, cacheWrite, reasoning }: Usage): number | undefined {
  const usdOf = (tokens: number, rate: Rate | undefined) => {
    if (tokens === 0) return 0;
    return rate === undefined ? Number.NaN : (tokens * priceAt(rate, input)) / MILLION;
  };
  const usd =
    usdOf(input - cacheRead - cacheWrite, rates.input) +
    usdOf(cacheRead, rates.cacheRead ?? rates.input) +
    usdOf(cacheWrite, rates.cacheWrite ?? rates.input) +
    usdOf(output - reasoning, rates.output) +
    usdOf(reasoning, rates.reasoning ?? rates.output) +
    (rates.usdPerCall ?? 0);
  return Number.isFinite(usd) ? usd : undefined;
}

/** Tiers stand in the order in which they begin; the last one that the input has passed holds for all of the call. */
function priceAt(rate: Rate, inputTokens: number): number {
  if (typeof rate === "number") return rate;
  return rate.tiers.findLast(({ start }) => inputTokens > start)?.price ?? rate.base;
}
