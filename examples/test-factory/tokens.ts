/** What every agent's context holds at most. */
export const CONTEXT_LIMIT_TOKENS = 10_000;
/** From here on a context is compacted when the work goes on to another agent. */
export const COMPACT_FROM_TOKENS = 8_000;
/** A fair guess for English and code. */
const CHARS_PER_TOKEN = 4;

export function tokensOf(content: unknown): number {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}
