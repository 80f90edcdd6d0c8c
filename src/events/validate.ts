import { z } from "zod";
import { envelopeFields } from "./envelope.ts";
import { eventTypes, ownType } from "./families.ts";
import { issueText } from "./issue-text.ts";
import { listOfNames, nearNames } from "./near-names.ts";
import { eventAbout, eventSchemas } from "./schemas.ts";
import type { AgentEvent, EventType } from "./types.ts";

/** One thing that is wrong with an input, in words for the person who sent it. */
export interface Problem {
  /** Where, such as `data.durationSeconds`; empty for the event as a whole. */
  readonly path: string;
  readonly message: string;
  /** The common mistakes, told apart. */
  readonly code?: "not_a_number" | "negative_number" | "out_of_range" | "too_large" | "circular";
}

export type ParseResult =
  | { readonly event: AgentEvent }
  | { readonly reason: InvalidReason; readonly problems: readonly Problem[] };

/** Why an input is no event; few and fixed, so that they can be a metric label. */
export type InvalidReason = "not_an_object" | "unknown_type" | "missing_agent" | "invalid_event";

const inOurWords = { error: issueText };
const envelopeSchema = z.strictObject({ ...envelopeFields, type: z.string(), data: z.unknown() });

/**
 * Checks a complete event against the vocabulary. Unknown fields are refused rather than dropped in silence: a misspelt
 * `durationMs` would otherwise vanish. Over-long free text is cut, everything else out of bounds is named. Never throws on
 * data; a getter of the input that throws is the caller's to catch.
 */
export function parseEvent(input: unknown): ParseResult {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return refuse("not_an_object", [{ path: "", message: "is not an object" }]);
  }
  const type = (input as { type?: unknown }).type;
  if (typeof type !== "string" || !Object.hasOwn(eventSchemas, type)) {
    return refuse("unknown_type", [{ path: "type", message: `is not an event type: ${printable(type)}${hint(type)}` }]);
  }
  const schema = eventSchemas[type as EventType];
  const envelope = envelopeSchema.safeParse(input, inOurWords);
  const data = schema.safeParse((input as { data?: unknown }).data, inOurWords);
  const problems = [...problemsOf(envelope.error), ...problemsOf(data.error, "data")];
  if (envelope.success && data.success) {
    const missing = eventAbout.get(schema)?.needs.filter((field) => envelope.data[field] === undefined) ?? [];
    if (missing.length === 0) return { event: { ...envelope.data, type: ownType(type), data: data.data } as AgentEvent };
    problems.push(...missing.map((field) => ({ path: field, message: `is required for ${type}` })));
    if (missing.includes("agent")) return refuse("missing_agent", problems);
  }
  return refuse("invalid_event", problems);
}

/** `data.outcome: Invalid option …; agent: is required …`: all problems in one line. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
}

function refuse(reason: InvalidReason, problems: readonly Problem[]): ParseResult {
  return { reason, problems };
}

function problemsOf(error: z.ZodError | undefined, under?: string): Problem[] {
  return (error?.issues ?? []).map((issue) => {
    const path = namesOf(issue)
      .map((names) => [under, ...names].filter((part) => part !== undefined).join("."))
      .join(", ");
    const code = codeOf(issue);
    return { path, message: issue.message, ...(code === undefined ? {} : { code }) };
  });
}

/** Where an issue is: the fields that should not be there, too. */
function namesOf(issue: z.core.$ZodIssue): string[][] {
  const path = issue.path.map(String);
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

function codeOf(issue: z.core.$ZodIssue): Problem["code"] {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "number" ? "not_a_number" : undefined;
    case "too_small":
      return issue.origin === "number" ? "negative_number" : undefined;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int" ? "out_of_range" : "too_large";
    case "custom":
      return issue.params?.code;
    default:
      return undefined;
  }
}

function hint(type: unknown): string {
  const near = typeof type === "string" ? nearNames(type, eventTypes) : [];
  return near.length === 0 ? "" : `; near it ${near.length === 1 ? "is" : "are"} ${listOfNames(near, "and")}`;
}

function printable(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : `a value of type ${typeof value}`;
}
