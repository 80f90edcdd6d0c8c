import { calcPrice, type ModelInfo, type ModelPrice, type Provider } from "@pydantic/genai-prices";
import { type Candidate, candidatesOf, providerId, withoutSnapshot } from "./names.ts";
import type { Rates } from "./rates.ts";

/** What the model is called under a provider that has nothing else. */
const ALONE = "model";
const MINUTE_MILLIS = 60_000;
const THOUSAND = 1_000;

/**
 * Anthropic's models whose window is, or was, 200,000 tokens or a million by a header of the request: neither can be told from the
 * model's name.
 */
const WINDOW_BY_HEADER = /claude-(?:sonnet-4(?!\d)|4(?:[-.][56])?-sonnet|opus-4[-.]6|4[-.]6-opus)/;
/** These send a call to whoever is free, with windows of different sizes. */
const HAS_MANY_WINDOWS: ReadonlySet<string> = new Set(["openrouter"]);

/** A model for which there are published prices. */
export class PublishedModel {
  readonly provider: string;
  readonly model: string;
  /** How many tokens its context holds; undefined unless that is known of this very model at this very provider. */
  readonly contextWindowTokens: number | undefined;
  /** The model under a provider of its own, so that asking for its prices takes no search. */
  readonly #alone: Provider;
  readonly #hasDates: boolean;
  #latest: { readonly minute: number; readonly rates: Rates } | undefined;

  constructor(provider: Provider, info: ModelInfo, contextWindowTokens: number | undefined) {
    const { id, name, api_pattern } = provider;
    this.provider = name;
    this.model = info.id;
    this.contextWindowTokens = contextWindowTokens;
    this.#alone = { id, name, api_pattern, models: [{ ...info, match: { equals: ALONE } }] };
    this.#hasDates = Array.isArray(info.prices);
  }

  /** What its calls cost at that time, to the minute: some prices begin on a day, and some hold for hours of each day. */
  ratesAt(timeUnixMillis: number): Rates {
    const minute = this.#hasDates ? Math.floor(timeUnixMillis / MINUTE_MILLIS) : 0;
    if (this.#latest?.minute !== minute) this.#latest = { minute, rates: this.#lookUp(minute * MINUTE_MILLIS) };
    return this.#latest.rates;
  }

  #lookUp(timeUnixMillis: number): Rates {
    const priced = calcPrice({}, ALONE, { provider: this.#alone, timestamp: new Date(timeUnixMillis) });
    // No price at all is no price of 0, unless the model's own name says that it is free.
    return this.model.endsWith(":free") ? { input: 0, output: 0 } : ratesOf(priced?.model_price ?? {});
  }
}

/** Looks a model up, as some sender calls it and its provider. Takes some hundredths of a millisecond: remember the answer. */
export function findPublished(provider: string, model: string): PublishedModel | undefined {
  for (const candidate of candidatesOf(provider, model)) {
    const found = calcPrice({}, candidate.model, candidate.provider === undefined ? {} : { providerId: candidate.provider });
    if (found === null) continue;
    // Where others' models are sold under names that their users choose, as at Azure, the name is no proof of the window.
    const isAtItsOwn = providerId(provider) === found.provider.id && found.provider.models.includes(found.model);
    const isAsWritten = model.toLowerCase().endsWith(candidate.model);
    const hasOneWindow = isAtItsOwn && isAsWritten && !HAS_MANY_WINDOWS.has(found.provider.id);
    return new PublishedModel(found.provider, found.model, hasOneWindow ? exactWindow(candidate, found.model) : undefined);
  }
  return undefined;
}

function ratesOf(prices: ModelPrice): Rates {
  const { requests_kcount: perThousandCalls } = prices;
  return {
    input: prices.input_mtok,
    output: prices.output_mtok,
    cacheRead: prices.cache_read_mtok,
    cacheWrite: prices.cache_write_mtok,
    reasoning: prices.output_reasoning_mtok,
    usdPerCall: typeof perThousandCalls === "number" ? perThousandCalls / THOUSAND : undefined,
  };
}

/**
 * One entry holds several models of one price, whose windows may differ: only the one that it is called after counts. A name without
 * a number in it, such as `deepseek-chat`, is given to one model after the other.
 */
function exactWindow({ model }: Candidate, { id, context_window }: ModelInfo): number | undefined {
  const isTheModel = withoutSnapshot(model) === withoutSnapshot(id.toLowerCase());
  return isTheModel && /\d/.test(model) && !WINDOW_BY_HEADER.test(model) ? context_window : undefined;
}
