import type { SpanError } from "@openai/agents";
import type { AnyWork, Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { ReportedError } from "../../instrument/reported-error.ts";

/** `RangeError: the rest`, as an error writes itself. */
const NAMED_ERROR = /^([A-Z][\w$.]{0,199}): (.*)$/s;

/**
 * The error of a span. The SDK hands on no error objects, only their text, and that only as far as its own
 * `traceIncludeSensitiveData` and its tools' default `errorFunction` allow.
 *
 * @param otherwise the type of an error whose text does not name one
 */
export function failureOf(error: SpanError | null, otherwise: string, isNews = true): ReportedError | undefined {
  if (error === null || error === undefined) return undefined;
  const detail: unknown = error.data?.error;
  const text = typeof detail === "string" && detail !== "" ? detail : String(error.message);
  const [, errorType, message] = NAMED_ERROR.exec(text) ?? [];
  return new ReportedError(errorType ?? otherwise, message ?? text, { isNews });
}

/** Ends a piece of work as its span ended. */
export function settle(work: AnyWork, failure: ReportedError | undefined): void {
  if (failure === undefined) work.end();
  else work.fail(failure);
}

/** Ends work that nobody will end any more. */
export function abandon(work: Work<WorkHandle>): void {
  work.handle.setOutcome("abandoned");
  work.end();
}
