import type { TokenUsage } from "../../instrument/kinds/model-call.ts";

/** What the SDK does not know and its user does; every option is a function and may be left out. */
export interface OpenAIAgentsOptions {
  /** How many tokens the agent's context can hold. @default the model's window where that is known; else no share is shown */
  readonly contextLimitTokens?: (model: string, agent: string | undefined) => number | undefined;
  /** What a call cost, in US dollars. @default worked out from prices where they are known (option `prices`); never 0 for unknown */
  readonly price?: (model: string, usage: TokenUsage) => number | undefined;
  /** Who serves the model. @default "openai" */
  readonly provider?: (model: string) => string;
  /**
   * The SDK's own `getCurrentTraceContext`. With it, calls of Crowsnest inside tools, handoffs and guardrails nest under the span
   * of the SDK that is current there. `instrumentOpenAIAgents` gives it by itself.
   */
  readonly current?: () => CurrentTrace | null;
}

/** As much of the SDK's trace context as is looked at. */
export interface CurrentTrace {
  readonly trace: { readonly traceId: string };
  readonly span?: { readonly spanId: string } | null | undefined;
}

const optionNames: readonly string[] = [
  "contextLimitTokens",
  "price",
  "provider",
  "current",
] satisfies (keyof OpenAIAgentsOptions)[];

/** @throws TypeError where an option is unknown or no function, naming it */
export function checkOptions(options: OpenAIAgentsOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!optionNames.includes(name)) throw new TypeError(`${name} is not an option; there are ${optionNames.join(", ")}`);
    if (value !== undefined && typeof value !== "function")
      throw new TypeError(`${name} takes a function, but is ${typeof value}`);
  }
}
