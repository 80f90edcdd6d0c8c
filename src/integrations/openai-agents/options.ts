import { checkTypes } from "../check.ts";
import type { ModelOptions } from "../model-figures.ts";

/** What the SDK does not know and its user does; every option is a function and may be left out. */
export interface OpenAIAgentsOptions extends ModelOptions {
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

/** @throws TypeError where an option is unknown or no function, naming it */
export function checkOptions(options: OpenAIAgentsOptions): void {
  checkTypes<OpenAIAgentsOptions>(options, {
    contextLimitTokens: "function",
    price: "function",
    provider: "function",
    current: "function",
  });
}
