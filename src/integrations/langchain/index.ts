import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { Face } from "../../instrument/face.ts";
import { checkFace } from "../check.ts";
import { attachToAll } from "./attach.ts";
import { CrowsnestHandler } from "./handler.ts";
import { OpenRuns } from "./open-runs.ts";
import { checkOptions, type LangChainOptions } from "./options.ts";

export type { TokenUsage } from "../../instrument/kinds/model-call.ts";
export type { GraphNode, LangChainOptions, Metadata } from "./options.ts";

/**
 * A callback handler for LangChain and LangGraph that turns their runs into Crowsnest's events, spans and metrics. For `callbacks`
 * of a call or of `withConfig`; what is called inside has it, too.
 *
 * | theirs | becomes |
 * | --- | --- |
 * | root run of a graph or chain | a workflow run with its name, its `thread_id` as session; part of yours inside `crowsnest.workflow` |
 * | agent of `createAgent`, node that calls a model or has a subgraph | an agent run |
 * | any other node, `createAgent`'s own included | `step_progressed` |
 * | edge, `Command`, `Send` between agents; tool `transfer_to_…`; agent inside another's run | a handoff that lasts until the receiver has answered |
 * | chat model, model | a model call with tokens, cost and time to the first token, and the size of the agent's context |
 * | tool, retriever | a tool call, with a hash of its arguments |
 * | `interrupt` | `hitl_escalated`, and no error |
 * | abort, time-out | the outcomes `cancelled` and `timeout` |
 *
 * What the framework does not hand on cannot be told:
 *
 * - Where several agents ran side by side in the step before and none of them named its successors, each of them counts as the one
 *   that handed over.
 * - The tasks of a functional `entrypoint` do not say which one of them led to which.
 * - A node that calls no model is an agent only if the option `agent` says so.
 * - A pause for a person ends the runs in it as successful, and the resumed graph is a new workflow run of the same session.
 * - An abort with a reason of your own looks like an error with that text.
 * - A model's stream that nobody reads to its end is over when the run around it is, as `abandoned`.
 * - Embeddings have no callbacks.
 *
 * Your own `crowsnest` calls in nodes and in tools made by `tool()` nest under them; spans of other OpenTelemetry instrumentations
 * in there do not. Budgets with `enforce` refuse work that you wrap yourself, such as the `crowsnest.task` around an `invoke`.
 *
 * @param crowsnest of `createCrowsnest`, or of a hub's `attach`
 * @throws TypeError where an option is wrong, naming it
 */
export function createCallbackHandler(crowsnest: Face, options: LangChainOptions = {}): BaseCallbackHandler {
  checkFace(crowsnest);
  checkOptions(options);
  let runs = runsOf.get(crowsnest);
  if (runs === undefined) {
    runs = new OpenRuns(crowsnest);
    runsOf.set(crowsnest, runs);
  }
  return new CrowsnestHandler(crowsnest, options, runs);
}

/**
 * Makes such a handler and adds it to every run of this process that begins from then on, whether or not its caller names callbacks.
 *
 * @returns how to stop that; runs under way are followed to their end
 * @throws TypeError where an option is wrong, naming it
 */
export function instrumentLangChain(crowsnest: Face, options: LangChainOptions = {}): () => void {
  return attachToAll(createCallbackHandler(crowsnest, options));
}

/** Of several handlers for one Crowsnest, such as a new one for each request, the first that hears of a run follows it. */
const runsOf = new WeakMap<Face, OpenRuns>();
