import { getCurrentTraceContext, setTraceProcessors, setTracingDisabled, type TracingProcessor } from "@openai/agents";
import type { CrowsnestOptions } from "crowsnest";
import { createTraceProcessor, type OpenAIAgentsOptions } from "crowsnest/openai-agents";
import { type Embedded, startEmbedded } from "../support/embedded.ts";

interface Setup {
  readonly options?: OpenAIAgentsOptions;
  readonly crowsnest?: CrowsnestOptions;
  /** Processors that the SDK calls before ours. */
  readonly before?: readonly TracingProcessor[];
}

/** An embedded Crowsnest that sees every run of the SDK in this process, until the next test sets up its own. */
export async function instrumented({ options = {}, crowsnest = {}, before = [] }: Setup = {}): Promise<Embedded> {
  const embedded = await startEmbedded(crowsnest);
  // The SDK does not trace where NODE_ENV is "test", as it is here.
  setTracingDisabled(false);
  setTraceProcessors([...before, createTraceProcessor(embedded.crowsnest, { current: getCurrentTraceContext, ...options })]);
  return embedded;
}
