import type { AnyWork, Face, Place } from "../../instrument/face.ts";
import type { ModelCallHandle, TokenUsage } from "../../instrument/kinds/model-call.ts";
import type { Agents } from "./agents.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { type Ending, quietly, settle } from "./ending.ts";
import { ask, askNumber, type LangChainOptions } from "./options.ts";
import { textIn } from "./property.ts";
import { providerName } from "./provider.ts";
import type { Run } from "./run.ts";
import { within } from "./within.ts";

export interface ModelStart {
  /** Name of the model's class. */
  readonly className: string;
  /** What it is called with. */
  readonly params: unknown;
  /** Messages of the request. */
  readonly items: number | undefined;
}

/** A model call while it runs. */
interface OpenCall extends ModelStart {
  readonly run: Run;
  /** What it belongs to. */
  readonly inside: AnyWork | Place;
  readonly agent: string;
}

interface Asked {
  readonly provider: string;
  readonly model: string;
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
  #end(call: OpenCall, ending: Ending): void {
    const { run, inside, agent } = call;
    const answer = readAnswer(ending.output);
    const model = modelName(call, answer);
    const provider = this.#provider(call, model);
    const work = this.#crowsnest.begin("modelCall", { agent, provider, model }, inside, run.startedUnixMillis);
    if (run.firstTokenSeconds !== undefined) work.handle.firstToken(run.firstTokenSeconds);
    if (answer.finishReason !== undefined) work.handle.finish(answer.finishReason);
    if (answer.usage !== undefined) this.#tellUsage(work.handle, model, answer.usage);
    // Whether a failed call is trouble is seen at the run around: it may try again, or another model.
    settle(work, run.parent === undefined ? ending : quietly(ending));
    if (answer.usage !== undefined) this.#tellContext(call, { provider, model }, answer.usage);
  }

  #provider({ run, className }: OpenCall, model: string): string {
    const own = ask(() => this.#options.provider?.(model));
    return own ?? providerName(textIn(run.metadata, "ls_provider") ?? className);
  }

  #tellUsage({ usage, cost }: ModelCallHandle, model: string, tokens: TokenUsage): void {
    usage(tokens);
    const costUsd = askNumber(() => this.#options.price?.(model, tokens));
    if (costUsd !== undefined) cost(costUsd);
  }

  /** What the context holds after the call: the request as a whole and what was answered, which the next request begins with. */
  #tellContext({ inside, agent, items }: OpenCall, asked: Asked, { inputTokens = 0, outputTokens = 0 }: TokenUsage): void {
    const limitTokens = askNumber(() => this.#options.contextLimitTokens?.(asked.model, agent));
    const context = {
      ...asked,
      agent,
      tokens: inputTokens + outputTokens,
      ...(items === undefined ? {} : { items }),
      ...(limitTokens === undefined ? {} : { limitTokens }),
    };
    within(inside, () => this.#crowsnest.context(context));
  }
}

/** The name that was asked for, or else the one that answered; without either, that of the class. */
function modelName({ run, params, className }: OpenCall, answer: Answer): string {
  return textIn(run.metadata, "ls_model_name") ?? textIn(params, "model", "model_name") ?? answer.model ?? className;
}
