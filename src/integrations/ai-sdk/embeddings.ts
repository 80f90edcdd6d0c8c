import type { Face, Work } from "../../instrument/face.ts";
import type { ModelCallHandle } from "../../instrument/kinds/model-call.ts";
import { type Ending, settle } from "../ending.ts";
import { tellUsage } from "../model-figures.ts";
import { WELL } from "./ending.ts";
import type { Inside } from "./inside.ts";
import type { ModelInfo } from "./model-calls.ts";
import type { AiSdkOptions } from "./options.ts";
import { providerName } from "./provider.ts";

export interface EmbeddingStart extends ModelInfo {
  readonly embedCallId: string;
  readonly values?: unknown;
}

/** The calls of an embedding model; a long list is embedded in several at once. What is embedded does not stand in a context. */
export class Embeddings {
  readonly #crowsnest: Face;
  readonly #options: AiSdkOptions;
  readonly #around: Inside;
  readonly #open = new Map<string, { readonly model: string; readonly work: Work<ModelCallHandle> }>();

  constructor(crowsnest: Face, options: AiSdkOptions, around: Inside) {
    this.#crowsnest = crowsnest;
    this.#options = options;
    this.#around = around;
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  start({ embedCallId, provider, modelId, values }: EmbeddingStart): void {
    const { agent, inside } = this.#around;
    const call = { agent, provider: providerName(provider), model: modelId, input: values };
    const work = this.#crowsnest.begin("modelCall", call, inside);
    this.#open.set(embedCallId, { model: modelId, work });
  }

  end(embedCallId: string, inputTokens: number): void {
    const call = this.#open.get(embedCallId);
    if (call === undefined) return;
    this.#open.delete(embedCallId);
    tellUsage(call.work.handle, this.#options, call.model, { inputTokens });
    settle(call.work, WELL);
  }

  closeAll(ending: Ending): void {
    for (const { work } of this.#open.values()) settle(work, ending);
    this.#open.clear();
  }
}
