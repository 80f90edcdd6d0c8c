import type { TokenUsage } from "crowsnest/openai-agents";

/** US dollars for a million tokens, as providers write their price lists. Cached input costs a tenth. */
const dollarsPerMillion: Readonly<Record<string, { readonly input: number; readonly output: number }>> = {
  "gpt-5-mini": { input: 0.25, output: 2 },
  "gpt-5": { input: 1.25, output: 10 },
};

/** The last one runs on a machine of the shop's, and nobody has said what that costs. */
export const models = { usual: "gpt-5-mini", strong: "gpt-5", own: "shop-tester-1" } as const;

/** What a call costs, in US dollars; unknown for a model that is not on the list. */
export function priceOf(model: string, usage: TokenUsage): number | undefined {
  const price = dollarsPerMillion[model];
  if (price === undefined) return undefined;
  const cached = usage.cacheReadTokens ?? 0;
  const input = (usage.inputTokens ?? 0) - cached + cached / 10;
  return (input * price.input + (usage.outputTokens ?? 0) * price.output) / 1_000_000;
}
