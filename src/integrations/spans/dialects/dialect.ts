import type { Span } from "../span.ts";

/** What a span tells of. */
export type SpanKind = "agent" | "agentCreation" | "model" | "embedding" | "tool" | "workflow" | "handoff";

/** Which attributes say a thing; the first that is there counts. */
export interface AttributeNames {
  readonly agent: readonly string[];
  readonly agentId: readonly string[];
  readonly session: readonly string[];
  readonly workflow: readonly string[];
  readonly provider: readonly string[];
  readonly model: readonly string[];
  readonly inputTokens: readonly string[];
  readonly outputTokens: readonly string[];
  readonly cacheReadTokens: readonly string[];
  readonly cacheWriteTokens: readonly string[];
  readonly reasoningTokens: readonly string[];
  readonly costUsd: readonly string[];
  readonly finishReason: readonly string[];
  readonly firstTokenSeconds: readonly string[];
  readonly firstTokenMillis: readonly string[];
  readonly tool: readonly string[];
  readonly toolType: readonly string[];
  readonly toolCallId: readonly string[];
  /** JSON; looked into only to see which agent a handoff goes to, and never kept. */
  readonly toolArguments: readonly string[];
}

/** One way of writing down in spans what agents do. */
export interface Dialect {
  readonly name: string;
  /** Undefined where the span is none of this dialect, or tells of nothing that counts here. */
  kindOf(span: Span): SpanKind | undefined;
  readonly attributes: AttributeNames;
}
