import { checkTypes } from "../check.ts";
import type { ModelOptions } from "../model-figures.ts";

/** A call of the SDK, as far as its start tells about it. */
export interface CallInfo {
  /** Such as `ai.generateText` or `ai.streamText`. */
  readonly operationId: string;
  /** What the caller's `telemetry.functionId` says. */
  readonly functionId: string | undefined;
  readonly provider: string;
  readonly modelId: string;
  /** As much of the caller's `runtimeContext` as its `telemetry.includeRuntimeContext` lets through. */
  readonly runtimeContext: Readonly<Record<string, unknown>>;
}

/** What the SDK does not know and its user does; every option may be left out. */
export interface AiSdkOptions extends ModelOptions {
  /** Name of the agent whose work a call is. @default its `functionId`; without one, the call is part of the agent's work around it */
  readonly agentName?: (call: CallInfo) => string | undefined;
  /** Name for calls that have none and that no agent is around. @default "agent" */
  readonly defaultAgent?: string;
  /** The conversation that a call belongs to. @default that of the work around it */
  readonly sessionId?: (call: CallInfo) => string | undefined;
}

/** @throws TypeError where an option is unknown or of the wrong type, naming it */
export function checkOptions(options: AiSdkOptions): void {
  checkTypes<AiSdkOptions>(options, {
    agentName: "function",
    defaultAgent: "string",
    sessionId: "function",
    contextLimitTokens: "function",
    price: "function",
  });
}
