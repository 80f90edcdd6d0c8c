import type { Embedded } from "./embedded.ts";

/** Tokens of an agent's calls of gpt-5, as `/metrics` counts them: input, read from and written to the cache, output, reasoning. */
export function tokenFigures({ metric }: Pick<Embedded, "metric">, agent: string): Promise<(number | undefined)[]> {
  const labels = `service="test",agent="${agent}",provider="openai",model="gpt-5"`;
  const kinds = ["input", "cache_read", "cache_write", "output", "reasoning"];
  return Promise.all(kinds.map((kind) => metric(`agent_model_tokens_total{${labels},token_type="${kind}"}`)));
}
