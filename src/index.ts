import type { Crowsnest, CrowsnestOptions } from "./crowsnest.ts";

export type { Sink } from "./bus/sink.ts";
export type { Log } from "./bus/trouble.ts";
export type { Crowsnest, CrowsnestOptions, FlushResult, Middleware } from "./crowsnest.ts";
export type { AgentEvent, EventData, EventInput, EventOf, EventType } from "./events/types.ts";
export type { Health } from "./health/health.ts";
export { BudgetExceededError } from "./instrument/budget-error.ts";
export type { AnyWork, Face, HandleOf, OptionsOf, Place, Work } from "./instrument/face.ts";
export type { MetricRegistry } from "./metrics/registry.ts";

/**
 * Starts the telemetry of this process: spans, metrics, `/metrics` and `/health`.
 *
 * @throws ConfigError where an option is wrong: the message names it and says what it takes
 * @throws ListenError where the port that was asked for is taken
 */
export async function createCrowsnest(options: CrowsnestOptions = {}): Promise<Crowsnest> {
  // Loaded here and not above: importing this module costs its users a few milliseconds, starting it costs what it uses.
  const { startEmbedded } = await import("./crowsnest.ts");
  return startEmbedded(options, () => import("./server/embedded.ts"));
}

/**
 * The one Crowsnest of this process that is made from the environment alone: that of `crowsnest/register`, or else it is started now.
 * Never fails: where a variable is wrong, that is told in one sentence, and what is given back tells nothing to anybody.
 */
export async function getCrowsnest(): Promise<Crowsnest> {
  const { idleCrowsnest, ownCrowsnest } = await import("./zero-code/own.ts");
  const loadServer = () => import("./server/embedded.ts");
  return (await ownCrowsnest(loadServer)) ?? idleCrowsnest(loadServer);
}
