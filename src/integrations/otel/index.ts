import type { Face } from "../../instrument/face.ts";
import { type AgentSpanProcessor, TurnSpanProcessor } from "./span-processor.ts";

export type { EndedSpan } from "./ended-span.ts";
export type { AgentSpanProcessor } from "./span-processor.ts";

/**
 * A span processor for the OpenTelemetry SDK of this process. What its spans say of agents becomes events and metrics, as it does where a
 * hub is sent them: agents, handoffs, model and tool calls of the GenAI conventions, OpenInference, OpenLLMetry and their like. All
 * other spans pass by, and none is changed.
 *
 * - Spans that Crowsnest made itself, and those of a library that an integration of this process follows as well, are not counted again.
 * - Where the same spans go to a hub that gets this process's events, too, it keeps each event once, as both ways give it the same id.
 * - A call that does not name its agent is told when the span of the agent around it has ended, and after a minute at the latest.
 * - Spans that are not sampled do not come here.
 *
 * @param crowsnest of `createCrowsnest`, of `getCrowsnest`, or of a hub's `attach`
 */
export function createSpanProcessor(crowsnest: Face): AgentSpanProcessor {
  if (typeof crowsnest?.begin !== "function") throw new TypeError("the first argument has to be what createCrowsnest gives");
  return new TurnSpanProcessor(crowsnest);
}
