import { loadConfig } from "../config.ts";
import { loadPricer } from "../load-prices.ts";
import type { Quote } from "../prices/pricer.ts";
import type { Rate } from "../prices/rates.ts";
import { readConfigFile } from "../server/config-file.ts";

/** Flags of `crowsnest prices`, as they were written. */
export interface PriceFlags {
  readonly provider: string;
  readonly config?: string;
  readonly prices?: string;
}

/** `crowsnest prices`: what a model's calls cost as this hub would work it out, and where that comes from. */
export async function printPrices(model: string, { provider, config: path, prices }: PriceFlags): Promise<void> {
  const config = loadConfig({ options: { prices }, spelling: "flag", file: await readConfigFile(path) });
  const pricer = await loadPricer(config.prices);
  const quote = pricer?.quote(provider, model, Date.now());
  if (pricer === undefined || quote === undefined) {
    process.exitCode = 1;
    console.log(`${provider} ${model}: the price is not known, so its calls are missing from the costs.`);
    console.log("Check both names as the metrics show them, or put the model into the option prices (docs/guide/prices.md).");
    return;
  }
  const window = pricer.contextWindowTokens(provider, model);
  console.log(`${provider} ${model}, in US dollars per million tokens:`);
  for (const line of linesOf(quote)) console.log(`  ${line}`);
  console.log(`  context        ${window === undefined ? "not known for sure" : `${window.toLocaleString("en")} tokens`}`);
}

function linesOf({ rates, published }: Quote): string[] {
  const kinds = [
    ["input", rates.input],
    ["cache read", rates.cacheRead],
    ["cache write", rates.cacheWrite],
    ["output", rates.output],
    ["reasoning", rates.reasoning],
  ] as const;
  const lines = kinds.flatMap(([kind, rate]) => (rate === undefined ? [] : [`${kind.padEnd(14)} ${describe(rate)}`]));
  if (rates.usdPerCall !== undefined) lines.push(`each call      ${rates.usdPerCall} US dollars`);
  const source = published === undefined ? "your own prices" : `published for ${published.provider}, ${published.model}`;
  return [...lines, `from           ${source}`];
}

function describe(rate: Rate): string {
  if (typeof rate === "number") return String(rate);
  const tiers = rate.tiers.map(({ start, price }) => `${price} beyond ${start.toLocaleString("en")} tokens of input`);
  return [rate.base, ...tiers].join(", ");
}
