import type { Outcome } from "../../events/fields.ts";
import { attribute } from "../../tracing/semconv.ts";
import { firstText, type Span } from "./span.ts";

/** How a span's work went wrong. */
export interface Failure {
  readonly outcome: Exclude<Outcome, "success" | "abandoned">;
  readonly errorType: string;
  readonly errorMessage: string | undefined;
}

/** What LangGraph throws to leave a node for another one, or to wait for a person; some instrumentations take it for an error. */
const CONTROL_FLOW = /(?:^|\.)(?:ParentCommand|GraphInterrupt|GraphBubbleUp|NodeInterrupt)$/;

/** Undefined where the work went well. An exception alone is none: it may have been dealt with inside. */
export function readFailure(span: Span): Failure | undefined {
  const type = firstText(span, [attribute.errorType]);
  if (CONTROL_FLOW.test(span.exception?.type ?? type ?? "")) return undefined;
  if (!span.failed && type === undefined) return undefined;
  const errorType = span.exception?.type ?? type ?? "Error";
  return { outcome: outcomeOf(errorType), errorType, errorMessage: span.exception?.message ?? span.statusMessage };
}

function outcomeOf(errorType: string): Failure["outcome"] {
  if (/time_?d?_?out|deadline/i.test(errorType)) return "timeout";
  return /abort|cancell?ed|cancellation/i.test(errorType) ? "cancelled" : "failure";
}
