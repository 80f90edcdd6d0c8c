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
  /** JSON; looked into to see which agent a handoff goes to. */
  readonly toolArguments: readonly string[];
  readonly toolResult: readonly string[];
  /** What a model was given, and what it answered. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly handoffSource: readonly string[];
  readonly handoffTarget: readonly string[];
  /** Of the task that an agent's run is for. */
  readonly taskId: readonly string[];
  readonly taskType: readonly string[];
}

/** One way of writing down in spans what agents do. */
export interface Dialect {
  readonly name: string;
  /** Undefined where the span is none of this dialect; "nothing" where it is, and what it tells is told elsewhere or counts nowhere. */
  kindOf(span: Span): SpanKind | "nothing" | undefined;
  readonly attributes: AttributeNames;
  /** The agent at work, where no attribute simply holds its name. */
  agentOf?(span: Span): string | undefined;
  /** The same for the model and its provider. */
  modelOf?(span: Span): string | undefined;
  providerOf?(span: Span): string | undefined;
}
