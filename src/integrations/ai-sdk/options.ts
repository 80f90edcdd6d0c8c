import type { TokenUsage } from "../../instrument/kinds/model-call.ts";

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
export interface AiSdkOptions {
  /** Name of the agent whose work a call is. @default its `functionId`; without one, the call is part of the agent's work around it */
  readonly agentName?: (call: CallInfo) => string | undefined;
  /** Name for calls that have none and that no agent is around. @default "agent" */
  readonly defaultAgent?: string;
  /** The conversation that a call belongs to. @default that of the work around it */
  readonly sessionId?: (call: CallInfo) => string | undefined;
  /** How many tokens the agent's context can hold. @default the model's window where that is known; else no share is shown */
  readonly contextLimitTokens?: (model: string, agent: string | undefined) => number | undefined;
  /** What a model call cost, in US dollars. @default worked out from prices where they are known (option `prices`); never 0 for unknown */
  readonly price?: (model: string, usage: TokenUsage) => number | undefined;
}

const optionTypes: { readonly [Name in keyof Required<AiSdkOptions>]: "function" | "string" } = {
  agentName: "function",
  defaultAgent: "string",
  sessionId: "function",
  contextLimitTokens: "function",
  price: "function",
};

/** @throws TypeError where an option is unknown or of the wrong type, naming it */
export function checkOptions(options: AiSdkOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(optionTypes, name) ? optionTypes[name as keyof AiSdkOptions] : undefined;
    if (type === undefined) throw new TypeError(`${name} is not an option; there are ${Object.keys(optionTypes).join(", ")}`);
    if (value === undefined) continue;
    const given: string = typeof value;
    if (given !== type) throw new TypeError(`${name} takes a ${type}, but is ${given}`);
    if (value === "") throw new TypeError(`${name} takes a name, but is empty`);
  }
}
