import type { CrowsnestOptions } from "crowsnest";
import { type AiSdkOptions, instrumentAiSdk } from "crowsnest/ai-sdk";
import { onTestFinished } from "vitest";
import { type Embedded, startEmbedded } from "../../support/embedded.ts";

/** An embedded Crowsnest that sees every call of the SDK in this process until the test is over. */
export async function instrumented(options: AiSdkOptions = {}, crowsnest: CrowsnestOptions = {}): Promise<Embedded> {
  const embedded = await startEmbedded(crowsnest);
  onTestFinished(await instrumentAiSdk(embedded.crowsnest, options));
  return embedded;
}
