import type { TracingProcessor } from "@openai/agents";
import { checkFace } from "../check.ts";
import { checkOptions, type OpenAIAgentsOptions } from "./options.ts";
import { CrowsnestProcessor, type FlushableFace } from "./processor.ts";

export type { TokenUsage } from "../../instrument/kinds/model-call.ts";
export type { CurrentTrace, OpenAIAgentsOptions } from "./options.ts";

/**
 * A trace processor for the OpenAI Agents SDK that turns its spans into Crowsnest's events, spans and metrics:
 *
 * | the SDK's | becomes |
 * | --- | --- |
 * | trace | a workflow run with the trace's name, its group id as session; part of yours inside `crowsnest.workflow` |
 * | agent | an agent run |
 * | handoff | a handoff that lasts until the receiving agent has answered, which runs inside it |
 * | generation, response | a model call with tokens and cost, and the size of the agent's context |
 * | function, MCP list | a tool call, with a hash of its arguments |
 * | guardrail | `safety_blocked` where it was triggered |
 * | turn | `step_progressed` |
 *
 * What the SDK does not hand on cannot be told:
 *
 * - Errors come without their objects, with as much of their text as its `traceIncludeSensitiveData` and its tools' `errorFunction`
 *   allow; where that names no type, it is `AgentError`, `ToolError` or `ModelError`.
 * - With `traceIncludeSensitiveData: false`, OpenAI's models keep their usage to themselves, so tokens and cost are unknown.
 * - A processor cannot run an agent's tools. Your own `crowsnest` calls in a tool nest under its span all the same, as the processor
 *   looks up what is current in the SDK (give it `current`); spans of other OpenTelemetry instrumentations in there do not.
 * - A trace's end is told only where nothing was thrown out of it. A failing run therefore ends the workflow; a further run in the
 *   same trace begins it anew.
 * - Where the SDK does not trace (`OPENAI_AGENTS_DISABLE_TRACING`, or `NODE_ENV` is "test"), nothing is seen.
 *
 * Budgets with `enforce` refuse work that you wrap yourself, such as the `crowsnest.task` around a `run`.
 *
 * @param crowsnest of `createCrowsnest`, or of a hub's `attach`
 * @throws TypeError where an option is wrong, naming it
 */
export function createTraceProcessor(crowsnest: FlushableFace, options: OpenAIAgentsOptions = {}): TracingProcessor {
  checkFace(crowsnest);
  checkOptions(options);
  return new CrowsnestProcessor(crowsnest, options);
}

export interface InstrumentOptions extends OpenAIAgentsOptions {
  /** Send traces to OpenAI as well, as the SDK does unless told otherwise. @default true */
  readonly exportToOpenAI?: boolean;
}

/**
 * Makes a trace processor and registers it with the SDK: from then on, every run in this process is seen.
 *
 * @returns the processor, which the SDK has already
 * @throws TypeError where an option is wrong, naming it
 * @throws where `@openai/agents` is not installed
 */
export async function instrumentOpenAIAgents(
  crowsnest: FlushableFace,
  options: InstrumentOptions = {},
): Promise<TracingProcessor> {
  const { exportToOpenAI = true, ...rest } = options;
  checkOptions(rest);
  // Loaded here and not above: whoever makes the processor by hand brings the SDK along.
  const { addTraceProcessor, getCurrentTraceContext, setTraceProcessors } = await import("@openai/agents");
  const processor = createTraceProcessor(crowsnest, { current: getCurrentTraceContext, ...rest });
  if (exportToOpenAI) addTraceProcessor(processor);
  else setTraceProcessors([processor]);
  return processor;
}
