import type { Face, Work } from "../../instrument/face.ts";
import type { ModelCallHandle, TokenUsage } from "../../instrument/kinds/model-call.ts";
import { type Ending, quietly, settle } from "../ending.ts";
import { tellContext, tellUsage, withoutAbsent } from "../model-figures.ts";
import { WELL } from "./ending.ts";
import type { Inside } from "./inside.ts";
import { modelError } from "./model-error.ts";
import type { AiSdkOptions } from "./options.ts";
import { providerName } from "./provider.ts";

export interface ModelInfo {
  readonly provider: string;
  readonly modelId: string;
}

/** Tokens as the SDK counts them: input includes the cached ones, output the reasoning ones. */
export interface SdkUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly inputTokenDetails?: {
    readonly cacheReadTokens: number | undefined;
    readonly cacheWriteTokens: number | undefined;
  };
  readonly outputTokenDetails?: { readonly reasoningTokens: number | undefined };
}

/** The answer of a model, as far as it counts here. */
export interface ModelAnswer {
  readonly finishReason: string;
  readonly usage: SdkUsage;
  readonly timeToFirstOutputMillis: number | undefined;
  readonly output: unknown;
}

/** What is asked of a model. */
export interface ModelRequest extends ModelInfo {
  readonly input: unknown;
}

interface OpenCall {
  readonly model: ModelInfo;
  readonly work: Work<ModelCallHandle>;
}

/** The model calls of one run, which come one after the other. Each attempt of a call that is tried again counts as a call. */
export class ModelCalls {
  readonly #crowsnest: Face;
  readonly #options: AiSdkOptions;
  readonly #around: Inside;
  #request: ModelRequest | undefined;
  #open: OpenCall | undefined;

  constructor(crowsnest: Face, options: AiSdkOptions, around: Inside) {
    this.#crowsnest = crowsnest;
    this.#options = options;
    this.#around = around;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  start(request: ModelRequest): void {
    // A stream that broke off and is tried again begins anew without having ended.
    this.close({ error: modelError() });
    this.#request = request;
    this.#open = this.#begin(request);
  }

  /** Runs an attempt inside of its call, which begins anew where an attempt before this one has failed. */
  attempt<T>(execute: () => PromiseLike<T>, onAnswer: (answer: T, isOpen: () => boolean) => void): PromiseLike<T> {
    if (this.#request === undefined) return execute();
    const call = this.#open ?? this.#begin(this.#request);
    this.#open = call;
    const running = call.work.run(execute);
    running.then(
      (answer) => onAnswer(answer, () => this.#open === call),
      (error: unknown) => {
        if (this.#open === call) this.close({ error });
      },
    );
    return running;
  }

  end({ finishReason, usage, timeToFirstOutputMillis, output }: ModelAnswer): void {
    const call = this.#open;
    if (call === undefined) return;
    const { handle } = call.work;
    const tokens = readUsage(usage);
    if (tokens !== undefined) tellUsage(handle, this.#options, call.model.modelId, tokens);
    if (timeToFirstOutputMillis !== undefined) handle.firstToken(timeToFirstOutputMillis / 1_000);
    handle.finish(finishReason);
    handle.output(output);
    this.close(finishReason === "error" ? { error: modelError() } : WELL);
    if (tokens !== undefined) this.#tellContext(call.model, tokens);
  }

  /** Closes the call that is open. Whether a failed call is trouble is seen at the run: the SDK may try again. */
  close(ending: Ending): void {
    const call = this.#open;
    this.#open = undefined;
    if (call !== undefined) settle(call.work, quietly(ending));
  }

  #begin(request: ModelRequest): OpenCall {
    const { agent, inside } = this.#around;
    const options = { agent, provider: providerName(request.provider), model: request.modelId, input: request.input };
    return { model: request, work: this.#crowsnest.begin("modelCall", options, inside) };
  }

  #tellContext({ provider, modelId }: ModelInfo, usage: TokenUsage): void {
    const asked = { provider: providerName(provider), model: modelId };
    tellContext(this.#crowsnest, this.#options, { ...asked, ...this.#around, usage });
  }
}

function readUsage({ inputTokens, outputTokens, inputTokenDetails, outputTokenDetails }: SdkUsage): TokenUsage | undefined {
  return withoutAbsent({
    inputTokens,
    outputTokens,
    cacheReadTokens: inputTokenDetails?.cacheReadTokens,
    cacheWriteTokens: inputTokenDetails?.cacheWriteTokens,
    reasoningTokens: outputTokenDetails?.reasoningTokens,
  });
}
