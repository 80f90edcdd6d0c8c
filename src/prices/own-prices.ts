import { z } from "zod";
import type { Rates } from "./rates.ts";

const usdTakes = "takes US dollars per million tokens, 0 or more";
const providerTakes = "takes the name of a provider";
const usdPerMillion = z.number({ error: usdTakes }).nonnegative({ error: usdTakes });
const windowTakes = "takes a whole number of tokens, 1 or more";
const ownPrice = z.strictObject(
  {
    inputUsdPerMillion: usdPerMillion,
    outputUsdPerMillion: usdPerMillion,
    cacheReadUsdPerMillion: usdPerMillion.optional(),
    cacheWriteUsdPerMillion: usdPerMillion.optional(),
    contextWindowTokens: z.int({ error: windowTakes }).positive({ error: windowTakes }).optional(),
    provider: z.string({ error: providerTakes }).min(1, { error: providerTakes }).optional(),
  },
  { error: "takes prices such as { inputUsdPerMillion: 3, outputUsdPerMillion: 15 }, or false" },
);

/** What the calls of a model cost. */
export type OwnPrice = z.infer<typeof ownPrice>;

export const ownPrices = z.record(z.string(), z.union([z.literal(false), ownPrice]));

/**
 * Prices by the model's name, in which `*` stands for anything. `false` in place of a price leaves a model's cost unknown, whatever is
 * published for it.
 */
export type OwnPrices = Readonly<z.infer<typeof ownPrices>>;

/** Reads a table of prices, or says what is wrong with it: the model, the field, and what that takes. */
export function readOwnPrices(value: unknown): { readonly prices: OwnPrices } | { readonly problem: string } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { problem: "has to hold prices by model" };
  const prices: Record<string, OwnPrice | false> = {};
  for (const [model, given] of Object.entries(value)) {
    const parsed = given === false ? undefined : ownPrice.safeParse(given);
    if (parsed?.success === false) return { problem: problemOf(model, given, parsed.error.issues[0]) };
    prices[model] = parsed?.data ?? false;
  }
  return { prices };
}

function problemOf(model: string, given: unknown, issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "unrecognized_keys") {
    return `has ${JSON.stringify(model)} with ${issue.keys[0]}; there are ${Object.keys(ownPrice.shape).join(", ")}`;
  }
  const [field] = issue?.path ?? [];
  if (field === undefined) return `has ${JSON.stringify(model)}, which ${issue?.message}`;
  const value = (given as Readonly<Record<PropertyKey, unknown>>)[field];
  const but = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
  return `has ${JSON.stringify(model)}, whose ${String(field)} ${but}; it ${issue?.message}`;
}

/** The price by kind of token. */
export function ownRates(price: OwnPrice): Rates {
  return {
    input: price.inputUsdPerMillion,
    output: price.outputUsdPerMillion,
    cacheRead: price.cacheReadUsdPerMillion,
    cacheWrite: price.cacheWriteUsdPerMillion,
  };
}
