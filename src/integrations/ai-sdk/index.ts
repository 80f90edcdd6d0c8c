import type { Telemetry } from "ai";
import type { Face } from "../../instrument/face.ts";
import { checkFace } from "../check.ts";
import { attach } from "./attach.ts";
import { type AiSdkOptions, checkOptions } from "./options.ts";
import { CrowsnestTelemetry } from "./telemetry.ts";

export type { TokenUsage } from "../../instrument/kinds/model-call.ts";
export type { AiSdkOptions, CallInfo } from "./options.ts";

/**
 * A telemetry integration for the Vercel AI SDK 7 that turns its calls into Crowsnest's events, spans and metrics:
 *
 * | the SDK's | becomes |
 * | --- | --- |
 * | `generateText`, `streamText`, `ToolLoopAgent`, `generateObject` | an agent run, named by `telemetry.functionId` |
 * | a step's model call, each attempt of it | a model call with tokens, cost and time to the first token, and the size of the agent's context |
 * | a tool's execution | a tool call, with a hash of its arguments |
 * | an agent that runs right in another one's tool | a handoff (inferred) that lasts until the agent has answered |
 * | `embed`, `embedMany` | a model call for each request |
 * | abort, time-out | the outcomes `cancelled` and `timeout` |
 *
 * What the SDK does not hand on cannot be told:
 *
 * - A call without `functionId` is part of the work of the agent around it; where there is none, its agent is called `agent`. The
 *   SDK does not say a `ToolLoopAgent`'s id.
 * - A stream that is left without its `abortSignal` being used ends as `abandoned`, once it is found that nobody can read it on.
 * - With `recordOutputs: false` the errors of tools have no text.
 * - Runs of a durable workflow are told after the fact, so their durations are not theirs.
 *
 * For `telemetry: { integrations: [...] }` of a call, which then uses these alone, or for the SDK's `registerTelemetry`.
 *
 * @param crowsnest of `createCrowsnest`, or of a hub's `attach`
 * @throws TypeError where an option is wrong, naming it
 */
export function createTelemetry(crowsnest: Face, options: AiSdkOptions = {}): Telemetry {
  return create(crowsnest, options);
}

/**
 * Registers such an integration with the SDK: from then on, every call in this process is seen that names no integrations of its
 * own. Registered twice, it still tells everything once.
 *
 * @returns how to stop that; calls under way are followed to their end
 * @throws TypeError where an option is wrong, naming it
 * @throws where `ai` is not installed
 */
export async function instrumentAiSdk(crowsnest: Face, options: AiSdkOptions = {}): Promise<() => void> {
  const telemetry = create(crowsnest, options);
  // Loaded here and not above: whoever makes the integration by hand brings the SDK along.
  const { registerTelemetry } = await import("ai");
  return attach(telemetry, registerTelemetry);
}

function create(crowsnest: Face, options: AiSdkOptions): CrowsnestTelemetry {
  checkFace(crowsnest);
  checkOptions(options);
  return new CrowsnestTelemetry(crowsnest, options);
}
