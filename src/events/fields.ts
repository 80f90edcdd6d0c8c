import { z } from "zod";

/** The fields that event schemas are made of: one place for limits and units. */

/** Longest name (agent, tool, model, workflow …) and longest id, in characters. */
export const MAX_NAME_CHARS = 200;
/** Longest free text (reasons, messages) that is kept; longer text is cut, with an ellipsis, rather than refused. */
export const MAX_TEXT_CHARS = 2_000;
/** Most entries in a list such as a decision's options or a task's dependencies. */
const MAX_LIST_ITEMS = 1_000;
/** Largest JSON of a free-form payload (a skill's params or result), in characters. */
export const MAX_PAYLOAD_CHARS = 65_536;

/**
 * Most seconds or US dollars of one event: 317 years. More is a mistake, and a single one would make sums infinite for good: a counter
 * that once was infinite has no rate any more.
 */
export const MAX_AMOUNT = 1e10;
/** Most tokens, or pieces of anything, of one event; of thousands of such events the sum is still exact. */
export const MAX_COUNT = 1e12;
const MAX_BYTES = 1e15;
/** The same of a number that somebody measures, whatever it is of. */
const MAX_MEASURED = 1e18;

/** Deepest nesting of a free-form payload. */
const MAX_PAYLOAD_LEVELS = 100;
/** A time outside of these years is a mistake, most often one of units: seconds or microseconds where milliseconds are meant. */
const EARLIEST_UNIX_MILLIS = Date.UTC(2000, 0);
const LATEST_UNIX_MILLIS = Date.UTC(2100, 0);

/** Cuts text to {@link MAX_TEXT_CHARS}. */
export function clipText(text: string): string {
  if (text.length <= MAX_TEXT_CHARS) return text;
  // Half a character at the cut would be text that not every store and parser takes.
  return `${text.slice(0, MAX_TEXT_CHARS - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/**
 * Cuts text to a length, but not in the middle of a character. What is cut off is let go: a plain `slice` keeps the whole text in
 * memory for as long as the piece lives, and a name may live as long as the process.
 */
export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : Buffer.from(text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "")).toString();
}

/** Half a character cannot be written as UTF-8: in a name it is replaced, as in every text that is written. */
export const name = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARS)
  .overwrite((value) => value.toWellFormed());
/** In an id it is refused: two ids that are told apart by it alone would become one, and the second event a duplicate. */
export const id = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARS)
  .refine((value) => value.isWellFormed(), { error: "has half a character in it (a lone surrogate)" });
export const text = z.string().overwrite(clipText);
/** What was said to a model or handed to a tool, and what came back: kept only where `captureContent` asks for it. */
export const content = z.string().overwrite(clipText);
export const names = z.array(name).max(MAX_LIST_ITEMS);
export const texts = z.array(text).max(MAX_LIST_ITEMS);

export const seconds = z.number().nonnegative().max(MAX_AMOUNT).meta({ unit: "seconds" });
export const usd = z.number().nonnegative().max(MAX_AMOUNT).meta({ unit: "US dollars" });
const wholeUpTo = (most: number) => z.number().nonnegative().max(most, { abort: true }).int();
export const bytes = wholeUpTo(MAX_BYTES).meta({ unit: "bytes" });
export const tokens = wholeUpTo(MAX_COUNT).meta({ unit: "tokens" });
export const ratio = z.number().min(0).max(1).meta({ unit: "0 to 1" });
export const count = wholeUpTo(MAX_COUNT);
export const measured = z.number().min(-MAX_MEASURED).max(MAX_MEASURED);
export const unixMillis = z
  .number()
  .int()
  .nonnegative()
  .refine((millis) => millis >= EARLIEST_UNIX_MILLIS && millis < LATEST_UNIX_MILLIS, {
    error: "is not within the years 2000 to 2099 (milliseconds since 1970 are meant)",
  })
  .meta({ unit: "milliseconds since 1970" });

export const outcomes = ["success", "failure", "cancelled", "timeout", "abandoned"] as const;
/** How something that takes time ended. */
export type Outcome = (typeof outcomes)[number];
export const outcome = z.enum(outcomes);

const priorities = ["low", "medium", "high", "critical"] as const;
export const priority = z.enum(priorities);

const severities = ["info", "warning", "critical"] as const;
export const severity = z.enum(severities);

export const budgetKinds = ["agent", "workflow", "day"] as const;
export type BudgetKind = (typeof budgetKinds)[number];

/** Something of the sender's own, kept as it came as long as its JSON is small enough. */
export const payload = z
  .unknown()
  // First of all, as everything after it walks down the payload and would not come back from one that contains itself.
  .refine((value) => !nestsDeeperThan(MAX_PAYLOAD_LEVELS, value, { left: MAX_PAYLOAD_CHARS }), {
    error: `contains itself, or nests deeper than ${MAX_PAYLOAD_LEVELS} levels`,
    params: { code: "circular" },
    abort: true,
  })
  .pipe(z.json())
  .refine((value) => JSON.stringify(value).length <= MAX_PAYLOAD_CHARS, {
    error: `is larger than ${MAX_PAYLOAD_CHARS} characters of JSON`,
    params: { code: "too_large" },
  });

/** Walks at most as many values as are left, as many references to one large value would take for ever. */
function nestsDeeperThan(levels: number, value: unknown, values: { left: number }): boolean {
  if (typeof value !== "object" || value === null) return false;
  values.left -= 1;
  if (levels === 0 || values.left < 0) return true;
  return Object.values(value).some((inner) => nestsDeeperThan(levels - 1, inner, values));
}

/** What anything that takes time may carry when resources are measured. */
export const resourceUse = {
  cpuSeconds: seconds.optional(),
  peakRssBytes: bytes.optional(),
};

/** How a piece of work went wrong, for the types that can fail. */
export const failureDetail = {
  errorType: name.optional(),
  errorMessage: text.optional(),
};
