import type { AnyWork, Face, Place } from "../../instrument/face.ts";
import { ask } from "../ask.ts";
import { quietly, settle } from "../ending.ts";
import { tellContext, tellUsage } from "../model-figures.ts";
import { textIn } from "../property.ts";
import type { Agents } from "./agents.ts";
import { type Answer, readAnswer } from "./answer.ts";
import type { RunEnding } from "./ending.ts";
import type { LangChainOptions } from "./options.ts";
import { providerName } from "./provider.ts";
import type { Run } from "./run.ts";
import { Said } from "./said.ts";

export interface ModelStart {
  /** Name of the model's class. */
  readonly className: string;
  /** What it is called with. */
  readonly params: unknown;
  /** The request: messages, or text. */
  readonly input: readonly unknown[] | string | undefined;
}

/** A model call while it runs. */
interface OpenCall extends ModelStart {
  readonly run: Run;
  /** What it belongs to. */
  readonly inside: AnyWork | Place;
  readonly agent: string;
}

/** Calls of chat models and of models that take text. Tokens are counted here and nowhere else. */
export class Models {
  readonly #crowsnest: Face;
  readonly #options: LangChainOptions;
  readonly #agents: Agents;

  constructor(crowsnest: Face, options: LangChainOptions, agents: Agents) {
    this.#crowsnest = crowsnest;
    this.#options = options;
    this.#agents = agents;
  }

  /** A part of a streamed answer is here. */
  heard(run: Run): void {
    run.firstTokenSeconds ??= run.secondsSoFar;
  }

  start(run: Run, start: ModelStart): void {
    this.#agents.demand(run);
    const { inside } = run;
    const agent = run.agentAtWork;
    run.settle = (ending) => this.#end({ ...start, run, inside, agent }, ending);
  }

  /** The call is begun here, with the time of its start: some models tell their name only in their answer. */
  #end(call: OpenCall, ending: RunEnding): void {
    const { run, inside, agent, input } = call;
    const answer = readAnswer(ending.output);
    const model = modelName(call, answer);
    const provider = this.#provider(call, model);
    const asked = Array.isArray(input) ? new Said(input) : input;
    const work = this.#crowsnest.begin("modelCall", { agent, provider, model, input: asked }, inside, run.startedUnixMillis);
    if (run.firstTokenSeconds !== undefined) work.handle.firstToken(run.firstTokenSeconds);
    if (answer.finishReason !== undefined) work.handle.finish(answer.finishReason);
    work.handle.output(answer.said);
    const { usage } = answer;
    if (usage !== undefined) tellUsage(work.handle, this.#options, model, usage);
    // Whether a failed call is trouble is seen at the run around: it may try again, or another model.
    settle(work, run.parent === undefined ? ending : quietly(ending));
    if (usage === undefined) return;
    const items = Array.isArray(input) ? input.length : undefined;
    tellContext(this.#crowsnest, this.#options, { provider, model, agent, usage, items, inside });
  }

  #provider({ run, className }: OpenCall, model: string): string {
    const own = ask(() => this.#options.provider?.(model));
    return own ?? providerName(textIn(run.metadata, "ls_provider") ?? className);
  }
}

/** The name that was asked for, or else the one that answered; without either, that of the class. */
function modelName({ run, params, className }: OpenCall, answer: Answer): string {
  return textIn(run.metadata, "ls_model_name") ?? textIn(params, "model", "model_name") ?? answer.model ?? className;
}
