import type { AttributeNames } from "./dialects/dialect.ts";
import { firstNumber, type Span } from "./span.ts";

/** Tokens as the vocabulary has them: input includes the cached ones, output the reasoning ones. */
export interface Usage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly cacheReadTokens: number | undefined;
  readonly cacheWriteTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
}

export function readUsage(span: Span, attributes: AttributeNames): Usage {
  const tokens = (names: readonly string[]) => {
    const number = firstNumber(span, names);
    return number === undefined ? undefined : Math.round(number);
  };
  const cacheReadTokens = tokens(attributes.cacheReadTokens);
  const cacheWriteTokens = tokens(attributes.cacheWriteTokens);
  const reasoningTokens = tokens(attributes.reasoningTokens);
  return {
    inputTokens: including(tokens(attributes.inputTokens), (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)),
    outputTokens: including(tokens(attributes.outputTokens), reasoningTokens ?? 0),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens,
  };
}

/** Whether the model's span says what was used, as its parent or child may do in its place. */
export function hasUsage(span: Span, attributes: AttributeNames): boolean {
  return firstNumber(span, attributes.inputTokens) !== undefined || firstNumber(span, attributes.outputTokens) !== undefined;
}

/** Some providers count a part beside the total rather than in it; a part larger than its total gives that away. */
function including(total: number | undefined, part: number): number | undefined {
  if (total === undefined) return part > 0 ? part : undefined;
  return part > total ? total + part : total;
}
