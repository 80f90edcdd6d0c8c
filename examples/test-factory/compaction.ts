import { type HandoffInputData, user } from "@openai/agents";
import type { Desk } from "./job.ts";
import { COMPACT_FROM_TOKENS, tokensOf } from "./tokens.ts";

/**
 * Replaces a conversation that has grown too long by what matters of it, when the work goes on to another agent: the logs have been
 * read, and nobody needs them again.
 */
export function compactHistory(data: HandoffInputData): HandoffInputData {
  const desk = data.runContext?.context as Desk | undefined;
  const startedAt = performance.now();
  const tokensBefore = tokensOf(itemsOf(data));
  if (desk === undefined || tokensBefore < COMPACT_FROM_TOKENS) return data;
  const { job, part } = desk;
  const summary = `Tests of ${job.feature} (${part.name}): ${part.runs} runs failed, ${part.fixes} patches are applied. Run them again.`;
  const compacted = { ...data, inputHistory: [user(summary)], preHandoffItems: [] };
  job.crowsnest.emit({
    type: "context_compacted",
    agent: "fixer",
    data: {
      tokensBefore,
      tokensAfter: tokensOf(itemsOf(compacted)),
      itemsAfter: itemsOf(compacted).length,
      durationSeconds: (performance.now() - startedAt) / 1_000,
    },
  });
  return compacted;
}

function itemsOf({ inputHistory, preHandoffItems, newItems }: HandoffInputData): unknown[] {
  const history = typeof inputHistory === "string" ? [user(inputHistory)] : inputHistory;
  return [...history, ...[...preHandoffItems, ...newItems].map(({ rawItem }) => rawItem)];
}
