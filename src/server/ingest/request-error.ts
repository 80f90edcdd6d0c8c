import { redactText } from "../../redaction/redact-text.ts";

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

/** What JSON.parse found wrong, but for the piece of the body that it may show. */
export function notJson(error: unknown): RequestError {
  const found = error instanceof Error ? error.message.replace(/(?:, )?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, "") : "";
  return new RequestError(400, `the body is not JSON${found === "" ? "" : ` (${found})`}`);
}

export function tooLarge(what: string, maxBytes: number): RequestError {
  return new RequestError(413, `${what} is larger than ${maxBytes} bytes (after decompression)`);
}
