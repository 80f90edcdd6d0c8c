import { messageOf } from "../../bus/trouble.ts";
import { type Face, noteToldInside, type Place, surroundingsOf, type Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { ask } from "../ask.ts";
import { type Ending, nameOf, quietly, settle } from "../ending.ts";
import { Embeddings } from "./embeddings.ts";
import { isBreakOff } from "./ending.ts";
import type { Inside } from "./inside.ts";
import { ModelCalls } from "./model-calls.ts";
import type { AiSdkOptions, CallInfo } from "./options.ts";
import { callerIn, ToolCalls } from "./tool-calls.ts";

/** How an agent is called that nobody has named. */
const UNNAMED_AGENT = "agent";

/**
 * One call of the SDK while it runs. It is an agent's run where it has a name, or where no agent is around; otherwise it is just
 * where the agent around calls its models and tools.
 */
export class Run {
  readonly models: ModelCalls;
  readonly tools: ToolCalls;
  readonly embeddings: Embeddings;
  lastHeardMillis = performance.now();
  readonly #crowsnest: Face;
  readonly #around: Inside;
  readonly #place: Place;
  /** The agent's run, and the handoff that brought it about, from the inside out. */
  readonly #works: readonly Work<WorkHandle>[];

  constructor(crowsnest: Face, options: AiSdkOptions, call: CallInfo, { isAgent, tools }: StartDetails) {
    const place = crowsnest.here();
    const scope = surroundingsOf(place)?.scope;
    const name = isAgent ? nameOfAgent(options, call) : undefined;
    const agent = name ?? scope?.agent ?? options.defaultAgent ?? UNNAMED_AGENT;
    const handoff = name === undefined ? undefined : beginHandoff(crowsnest, callerIn(scope), name, place);
    const isRun = isAgent && (name !== undefined || scope?.agent === undefined);
    const session = ask(() => options.sessionId?.(call));
    const details = { model: call.modelId, tools, ...(session === undefined ? {} : { sessionId: session }) };
    const run = isRun ? crowsnest.begin("agentRun", { agent, ...details }, handoff ?? place) : undefined;
    this.#crowsnest = crowsnest;
    this.#place = place;
    this.#works = [run, handoff].filter((work) => work !== undefined);
    this.#around = { agent, inside: run ?? place };
    this.models = new ModelCalls(crowsnest, options, this.#around);
    this.tools = new ToolCalls(crowsnest, this.#around);
    this.embeddings = new Embeddings(crowsnest, options, this.#around);
  }

  /** Something of it is under way: a model answers, a tool works. */
  get isBusy(): boolean {
    return this.models.isOpen || this.tools.isOpen || this.embeddings.isOpen;
  }

  close(ending: Ending): void {
    const [innermost, ...others] = this.#works;
    this.models.close(quietly(ending));
    this.embeddings.closeAll(quietly(ending));
    // What a tool does may well go on, but nobody waits for it any more.
    this.tools.closeAll({ outcome: ending.outcome ?? "cancelled" });
    if (innermost !== undefined) settle(innermost, ending);
    else if (ending.outcome === undefined && !isBreakOff(ending.error)) this.#tell(ending.error);
    for (const work of others) settle(work, quietly(ending));
    // The SDK throws the same error out of the call next, or another one that says the same.
    if (ending.outcome === undefined) noteToldInside(this.#place);
  }

  #tell(error: unknown): void {
    const data = { errorType: nameOf(error), errorMessage: messageOf(error) };
    this.#crowsnest.emit({ type: "error_raised", agent: this.#around.agent, data });
  }
}

export interface StartDetails {
  /** False for what an agent does but no agent is, such as an embedding. */
  readonly isAgent: boolean;
  readonly tools: readonly string[];
}

function nameOfAgent(options: AiSdkOptions, call: CallInfo): string | undefined {
  const name = ask(() => options.agentName?.(call)) ?? call.functionId;
  return name === "" ? undefined : name;
}

/** An agent that runs right in another one's tool was given that one's work. Nobody says so: it follows from where it runs. */
function beginHandoff(crowsnest: Face, from: string | undefined, to: string, place: Place): Work<WorkHandle> | undefined {
  if (from === undefined || from === to) return undefined;
  return crowsnest.begin("handoff", { from, to, inferred: true }, place);
}
