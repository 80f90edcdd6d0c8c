import type { Face, Work } from "../../instrument/face.ts";
import type { ToolCallHandle } from "../../instrument/kinds/tool-call.ts";
import { ReportedError } from "../../instrument/reported-error.ts";
import { settle } from "../ending.ts";
import { property } from "../property.ts";
import type { RunEnding } from "./ending.ts";
import { setPending } from "./pending.ts";
import { routesOf } from "./routes.ts";
import type { Run } from "./run.ts";

export interface ToolStart {
  readonly toolType: "function" | "retriever";
  /** Its arguments, or the query. */
  readonly input: unknown;
  readonly callId?: string | undefined;
}

/** The tools by which agents hand over; `transfer_to_agent` is for any agent, and the edge that follows tells which one. */
const HANDOFF_TOOL = /^(?:transfer_back_to_|transfer_to_|handoff_to_)(?!agent$)(.+)$/i;

/** Runs of tools and retrievers. */
export class Tools {
  readonly #crowsnest: Face;

  constructor(crowsnest: Face) {
    this.#crowsnest = crowsnest;
  }

  start(run: Run, { toolType, input, callId }: ToolStart): void {
    const [, receiver] = (toolType === "function" && HANDOFF_TOOL.exec(run.name)) || [];
    run.isTool = true;
    if (receiver !== undefined) {
      run.settle = (ending) => this.#handOver(run, receiver, ending);
      return;
    }
    const id = callId === undefined ? {} : { callId };
    const call = { agent: run.agentAtWork, tool: run.name, toolType, arguments: input, ...id };
    const work = this.#crowsnest.begin("toolCall", call, run.inside);
    run.enter(work);
    run.settle = (ending) => this.#end(run, work, ending);
  }

  #end(run: Run, work: Work<ToolCallHandle>, ending: RunEnding): void {
    work.handle.result(resultOf(ending.output));
    if (property(ending.output, "status") === "error") {
      // The tool has caught its error and gives it to the model in its own words, which are kept as a result at most.
      settle(work, { outcome: "failure", error: new ReportedError("ToolError", "the tool answered with an error") });
      return;
    }
    settle(work, ending);
    if (ending.error !== undefined) run.noteTold(ending.error);
  }

  /** The tool is the handoff: it lasts until the receiver has answered, which runs inside of it, beside the sender. */
  #handOver(run: Run, to: string, ending: RunEnding): void {
    const from = run.agentAtWork;
    const sender = [...run.line()].find(({ agent }) => agent === from);
    const inside = (sender?.parent ?? run.root).inside;
    const work = this.#crowsnest.begin("handoff", { from, to }, inside, run.startedUnixMillis);
    if (ending.error === undefined && ending.outcome === "success" && ending.asks === undefined) {
      setPending(run.root, [to, ...routesOf(ending.output).commands], work);
      return;
    }
    settle(work, ending);
    if (ending.error !== undefined) run.noteTold(ending.error);
  }
}

/** Tools that a model asked for answer it with a message. */
function resultOf(output: unknown): unknown {
  return property(output, "tool_call_id") === undefined ? output : property(output, "content");
}
