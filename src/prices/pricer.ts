import { OwnPriceTable } from "./own-price-table.ts";
import { type OwnPrice, type OwnPrices, ownRates } from "./own-prices.ts";
import { findPublished, type PublishedModel } from "./published-prices.ts";
import { costUsdAt, type Rates } from "./rates.ts";
import { type PricedCall, usageOf } from "./usage.ts";

export interface PricerOptions {
  /** Prices of one's own, which come before those that are published. @default none */
  readonly own?: OwnPrices;
}

/** What a model's calls cost, and who says so. */
export interface Quote {
  readonly rates: Rates;
  /** The provider and the model whose published price it is; undefined for a price of one's own. */
  readonly published: { readonly provider: string; readonly model: string } | undefined;
}

/** Works out what calls cost, and knows how much models' contexts hold. Never throws, and says nothing where it is not sure. */
export interface Pricer {
  /** US dollars at the prices of that time; undefined where nobody knows them, or what was used. */
  costUsd(call: PricedCall, timeUnixMillis: number): number | undefined;
  /** How many tokens the model's context holds; undefined unless that is known of this very model at this very provider. */
  contextWindowTokens(provider: string, model: string): number | undefined;
  /** What a model's calls cost at that time; undefined where that is not known. */
  quote(provider: string, model: string, timeUnixMillis: number): Quote | undefined;
}

interface Known {
  readonly own: OwnPrice | false | undefined;
  readonly published: PublishedModel | undefined;
}

/** Models that are remembered, found or not: names come from senders, who may have any number of them. */
const MAX_REMEMBERED = 2_000;

export function createPricer({ own = {} }: PricerOptions = {}): Pricer {
  return new RememberingPricer(new OwnPriceTable(own));
}

/** Looks every model up once, as a search takes much longer than everything else. */
class RememberingPricer implements Pricer {
  readonly #own: OwnPriceTable;
  readonly #known = new Map<string, Known>();

  constructor(own: OwnPriceTable) {
    this.#own = own;
  }

  costUsd(call: PricedCall, timeUnixMillis: number): number | undefined {
    const usage = usageOf(call);
    const rates = usage && this.quote(call.provider, call.model, timeUnixMillis)?.rates;
    return rates && costUsdAt(rates, usage);
  }

  contextWindowTokens(provider: string, model: string): number | undefined {
    const { own, published } = this.#find(provider, model);
    if (own === false) return undefined;
    return own?.contextWindowTokens ?? published?.contextWindowTokens;
  }

  quote(provider: string, model: string, timeUnixMillis: number): Quote | undefined {
    const { own, published } = this.#find(provider, model);
    if (own !== undefined) return own === false ? undefined : { rates: ownRates(own), published: undefined };
    if (published === undefined) return undefined;
    const rates = orUndefined(() => published.ratesAt(timeUnixMillis));
    return rates && { rates, published };
  }

  #find(provider: string, model: string): Known {
    const key = `${provider}\u0000${model}`;
    const remembered = this.#known.get(key);
    if (remembered !== undefined) return remembered;
    const known = { own: this.#own.find(provider, model), published: orUndefined(() => findPublished(provider, model)) };
    if (this.#known.size >= MAX_REMEMBERED) this.#forgetOldest();
    this.#known.set(key, known);
    return known;
  }

  #forgetOldest(): void {
    for (const key of this.#known.keys()) {
      this.#known.delete(key);
      return;
    }
  }
}

/** The library throws at prices that it did not expect; nothing is known then. */
function orUndefined<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}
