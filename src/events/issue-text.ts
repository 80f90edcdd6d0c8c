import type { z } from "zod";
import { listOfNames, nearNames } from "./near-names.ts";

type Issue = z.core.$ZodRawIssue;

/** Longest text that is repeated to whoever sent it, in characters. */
const MAX_SHOWN = 60;
/** Most unknown names for which near ones are looked for: there may be a hundred thousand of them, and each is compared with all. */
const MAX_HINTED = 5;

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
};

const formats: Readonly<Record<string, string>> = {
  datetime: "a moment by ISO 8601, such as 2026-11-20T12:00:00Z",
  date: "a day, such as 2026-11-20",
  url: "a URL",
};

/**
 * What is wrong with a value and what would be right, in users' words: for `safeParse(value, { error: issueText })`. Of a value only the
 * kind is told, but where it had to be one of some words: anything else may be a secret. Undefined where zod's own words will do.
 */
export function issueText(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return ofType(issue.expected, issue.input);
    case "invalid_value":
      return ofChoice(issue.values, issue.input);
    case "invalid_format":
      return formats[issue.format] === undefined ? undefined : `takes ${formats[issue.format]}`;
    case "invalid_union":
      return ofKinds(issue.errors);
    case "too_big":
      return beyond(issue.origin, issue.maximum, { word: "at most", isAllowed: issue.inclusive });
    case "too_small":
      return beyond(issue.origin, issue.minimum, { word: "at least", isAllowed: issue.inclusive });
    case "unrecognized_keys":
      return unknownNames(issue.keys, issue.inst);
    default:
      return undefined;
  }
}

function ofType(expected: string, input: unknown): string | undefined {
  const wanted = kinds[expected];
  if (wanted === undefined) return undefined;
  if (input === undefined) return `is missing; it takes ${wanted}`;
  // What was no number before it was read as one is NaN by now.
  if (typeof input === "number" && (!Number.isFinite(input) || expected === "int")) return `takes ${wanted}`;
  return `takes ${wanted}, not ${kindOf(input)}`;
}

function ofChoice(values: readonly unknown[], input: unknown): string {
  const takes = `takes ${listOfNames(values.map(String), "or")}`;
  if (input === undefined) return `is missing; it ${takes}`;
  return `${takes}, not ${typeof input === "string" ? JSON.stringify(input.slice(0, MAX_SHOWN)) : kindOf(input)}`;
}

/** One of several kinds, where none of them would do for more than its kind. */
function ofKinds(alternatives: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const wanted = alternatives.map(([first]) =>
    first?.code === "invalid_type" && first.path.length === 0 ? kinds[first.expected] : undefined,
  );
  const known = wanted.filter((kind) => kind !== undefined);
  return known.length === 0 || known.length < wanted.length ? undefined : `takes ${listOfNames([...new Set(known)], "or")}`;
}

function beyond(origin: string, limit: number | bigint, { word, isAllowed }: { word: string; isAllowed?: boolean | undefined }) {
  const shown = limit.toLocaleString("en");
  switch (origin) {
    case "string":
      return word === "at least" && limit === 1 ? "is empty" : `takes ${word} ${shown} characters`;
    case "array":
    case "set":
      return word === "at least" && limit === 1 ? "is an empty list" : `takes ${word} ${shown} items`;
    case "number":
    case "int":
    case "bigint":
      if (isAllowed === false) return `takes a number ${word === "at most" ? "below" : "above"} ${shown}`;
      return word === "at most" ? `takes ${shown} at most` : `takes ${shown} or more`;
    default:
      return undefined;
  }
}

function unknownNames(unknown: readonly string[], object: Issue["inst"]): string {
  const is = unknown.length === 1 ? "is not known here" : "are not known here";
  const known = Object.keys((object as Partial<z.core.$ZodObject> | undefined)?._zod?.def.shape ?? {});
  const near = [...new Set(unknown.slice(0, MAX_HINTED).flatMap((name) => nearNames(name, known)))];
  if (near.length > 0)
    return `${is}; near ${unknown.length === 1 ? "it" : "them"} ${near.length === 1 ? "is" : "are"} ${listOfNames(near, "and")}`;
  return known.length === 0 ? is : `${is}; there ${known.length === 1 ? "is" : "are"} ${listOfNames(known, "and")}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "a number";
    case "boolean":
      return String(value);
    default:
      return `a value of type ${typeof value}`.replace("a value of type object", "an object");
  }
}
