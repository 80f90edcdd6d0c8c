import { DecodeError } from "../../integrations/otlp/decode-error.ts";
import { redactText } from "../../redaction/redact-text.ts";
import { StoreError } from "../../store/event-store.ts";

/** What is wrong with a request, for whoever sent it. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    // Whoever sent a secret in the wrong place is not to find it again in every log of refusals.
    super(redactText(message));
    this.name = "RequestError";
    this.status = status;
  }
}

/** @throws RequestError where the body is no JSON */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw notJson(error);
  }
}

/** What JSON.parse found wrong, but for the piece of the body that it may show. */
function notJson(error: unknown): RequestError {
  const found = error instanceof Error ? error.message.replace(/(?:, )?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, "") : "";
  return new RequestError(400, `the body is not JSON${found === "" ? "" : ` (${found})`}`);
}

export function tooLarge(what: string, maxBytes: number): RequestError {
  return new RequestError(413, `${what} is larger than ${maxBytes} bytes (after decompression)`);
}

/** Why what was sent is not taken: whose fault it is, as an HTTP status, and a sentence about it. */
export function judge(error: unknown, what: "events" | "spans"): { status: number; message: string } {
  if (error instanceof RequestError) return error;
  if (error instanceof DecodeError) return { status: error.code === "too_many_parts" ? 413 : 400, message: error.message };
  if (!(error instanceof StoreError)) return { status: 500, message: `the ${what} could not be taken` };
  if (error.code === "queue_full")
    return { status: 429, message: "more events wait to be kept than may; send these again later" };
  return { status: 503, message: `events cannot be kept at the moment: ${error.message}` };
}
