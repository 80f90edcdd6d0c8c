import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { CrowsnestOptions } from "crowsnest";
import { createCallbackHandler, type LangChainOptions } from "crowsnest/langchain";
import { type Embedded, startEmbedded } from "../../support/embedded.ts";

interface Instrumented extends Embedded {
  /** The config with which to call a graph. */
  readonly config: { readonly callbacks: BaseCallbackHandler[] };
}

/** An embedded Crowsnest and the config by which runs are seen. */
export async function instrumented(options: LangChainOptions = {}, crowsnest: CrowsnestOptions = {}): Promise<Instrumented> {
  const embedded = await startEmbedded(crowsnest);
  return { ...embedded, config: { callbacks: [createCallbackHandler(embedded.crowsnest, options)] } };
}
