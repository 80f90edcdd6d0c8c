import type { ModelInfo, SdkUsage } from "./model-calls.ts";
import type { ToolInfo } from "./tool-calls.ts";

/** As much of the SDK's telemetry events as is looked at. */
export interface AnyEvent {
  /** The SDK's id for the call that it belongs to. */
  readonly callId: string;
}

export interface StartEvent extends AnyEvent, ModelInfo {
  readonly operationId: string;
  readonly functionId?: string | undefined;
  readonly tools?: Readonly<Record<string, unknown>> | undefined;
  readonly runtimeContext?: Readonly<Record<string, unknown>>;
}

export interface ModelStartEvent extends AnyEvent, ModelInfo {
  readonly messages?: unknown;
}

export interface ObjectStepStartEvent extends AnyEvent, ModelInfo {
  readonly promptMessages?: unknown;
}

export interface ModelEndEvent extends AnyEvent {
  readonly finishReason: string;
  readonly usage: SdkUsage;
  readonly performance: { readonly timeToFirstOutputMs: number | undefined };
  readonly content: readonly ContentPart[];
}

export interface ContentPart {
  readonly type: string;
}

export interface ObjectStepEndEvent extends AnyEvent {
  readonly finishReason: string;
  readonly usage: SdkUsage;
  readonly msToFirstChunk?: number | undefined;
  readonly objectText?: string;
}

export interface StepErrorEvent extends AnyEvent {
  readonly error: unknown;
}

export interface ToolStartEvent extends AnyEvent {
  readonly toolCall: ToolInfo;
}

export interface ToolEndEvent extends AnyEvent {
  readonly toolCall: ToolInfo;
  readonly toolOutput: ToolOutput;
}

export interface ToolOutput {
  readonly type: string;
  readonly output?: unknown;
  readonly error?: unknown;
}

export interface EmbeddingStartEvent extends AnyEvent, ModelInfo {
  readonly embedCallId: string;
}

export interface EmbeddingEndEvent extends AnyEvent {
  readonly embedCallId: string;
  readonly usage: { readonly tokens: number };
}

export interface EndEvent extends AnyEvent {
  readonly finishReason?: string;
}

export interface AbortEvent extends AnyEvent {
  readonly reason?: unknown;
}

export interface ErrorEvent extends AnyEvent {
  readonly error: unknown;
}
