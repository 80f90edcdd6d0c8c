import type { AnyWork, Face, Place } from "../instrument/face.ts";
import type { ModelCallHandle, TokenUsage } from "../instrument/kinds/model-call.ts";
import { askNumber } from "./ask.ts";
import { within } from "./within.ts";

/** What no framework knows of its models and its user does; every option may be left out. */
export interface ModelOptions {
  /** How many tokens the agent's context can hold. @default the model's window where that is known; else no share is shown */
  readonly contextLimitTokens?: (model: string, agent: string | undefined) => number | undefined;
  /** What a call cost, in US dollars. @default worked out from prices where they are known (option `prices`); never 0 for unknown */
  readonly price?: (model: string, usage: TokenUsage) => number | undefined;
}

/** Tells what a call used and, where the host knows it, what that cost. */
export function tellUsage(handle: ModelCallHandle, options: ModelOptions, model: string, usage: TokenUsage): void {
  handle.usage(usage);
  const costUsd = askNumber(() => options.price?.(model, usage));
  if (costUsd !== undefined) handle.cost(costUsd);
}

/** A call that has been answered. */
export interface AnsweredCall {
  readonly provider: string;
  readonly model: string;
  readonly agent: string | undefined;
  readonly usage: TokenUsage;
  /** Messages of the request, where that is known. */
  readonly items?: number | undefined;
  /** What the call was part of. */
  readonly inside: AnyWork | Place;
}

/** Tells what the context holds after a call: the request as a whole and what was answered, which the next request begins with. */
export function tellContext(crowsnest: Face, options: ModelOptions, call: AnsweredCall): void {
  const { provider, model, agent, usage, items, inside } = call;
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  if (tokens === 0) return;
  const limitTokens = askNumber(() => options.contextLimitTokens?.(model, agent));
  const context = {
    provider,
    model,
    tokens,
    ...(agent === undefined ? {} : { agent }),
    ...(items === undefined ? {} : { items }),
    ...(limitTokens === undefined ? {} : { limitTokens }),
  };
  within(inside, () => crowsnest.context(context));
}

/** Undefined where nothing is known: models that say nothing of tokens come with zeros. */
export function withoutAbsent(usage: { readonly [K in keyof TokenUsage]: number | undefined }): TokenUsage | undefined {
  if ((usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) === 0) return undefined;
  return Object.fromEntries(Object.entries(usage).filter(([, tokens]) => tokens !== undefined));
}
