import { bareModel, providerId } from "./names.ts";
import type { OwnPrice, OwnPrices } from "./own-prices.ts";

/** A table of prices, ready to be asked. */
export class OwnPriceTable {
  readonly #exact = new Map<string, { readonly price: OwnPrice | false }>();
  readonly #patterns: readonly { readonly literals: readonly string[]; readonly price: OwnPrice | false }[];

  constructor(prices: OwnPrices) {
    const entries = Object.entries(prices).map(([name, price]) => [name.trim().toLowerCase(), price] as const);
    for (const [name, price] of entries) if (!name.includes("*")) this.#exact.set(name, { price });
    this.#patterns = entries
      .filter(([name]) => name.includes("*"))
      // The longest says most about what is meant.
      .sort(([one], [other]) => other.length - one.length)
      .map(([name, price]) => ({ literals: name.split("*"), price }));
  }

  /** The price of a model; false where it is to stay unknown, undefined where the table says nothing of it. */
  find(provider: string, model: string): OwnPrice | false | undefined {
    const names = namesOf(provider, model);
    const exact = names
      .map((name) => this.#exact.get(name))
      .find((entry) => entry !== undefined && serves(entry.price, provider));
    if (exact !== undefined) return exact.price;
    return this.#patterns.find(({ literals, price }) => serves(price, provider) && names.some((name) => matches(literals, name)))
      ?.price;
  }
}

/** A model with its provider before it, as it is written, and without what senders put around it. */
function namesOf(provider: string, model: string): readonly string[] {
  const written = model.trim().toLowerCase();
  const bare = bareModel(model);
  const served = [provider.trim().toLowerCase(), wordOf(provider)].map((name) => `${name}/${written}`);
  return [...new Set([...served, written, bare, bare.slice(bare.lastIndexOf("/") + 1)])];
}

function serves(price: OwnPrice | false, provider: string): boolean {
  if (price === false || price.provider === undefined) return true;
  return wordOf(price.provider) === wordOf(provider);
}

function wordOf(provider: string): string {
  return providerId(provider) ?? provider.trim().toLowerCase();
}

/** What stands between the stars, in its order: no regular expression, as names come from anywhere and may make one search for ever. */
function matches(literals: readonly string[], name: string): boolean {
  const [first = "", ...others] = literals;
  const last = others.pop() ?? "";
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const literal of others) {
    const found = name.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
