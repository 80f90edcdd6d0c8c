import type { Outcome } from "../../events/fields.ts";

/** Requests that nobody could have answered: HTTP's 4xx but those that say "later" (408, 425, 429). */
const requestStatus = /^4(?!08|25|29)\d\d$/;
/** The same by the names that client libraries give. A quota that is used up is the account's, a rate limit is the provider's. */
const requestErrors =
  /bad.?request|invalid.?(request|argument|prompt|param|api.?key)|unprocessable|authentication|unauthori[sz]ed|permission|forbidden|not.?found|context.?(length|window)|too.?(large|long)|content.?(filter|policy)|safety|insufficient.?quota|billing/i;

/**
 * Whether a call says that the provider was not available: it failed or timed out, and not because of what was asked. An error that
 * nobody knows counts against the provider; a caller that died in the middle (`abandoned`) does not.
 */
export function isUnavailable({ outcome, errorType }: { outcome: Outcome; errorType?: string | undefined }): boolean {
  if (outcome === "timeout") return true;
  if (outcome !== "failure") return false;
  return errorType === undefined || !(requestStatus.test(errorType) || requestErrors.test(errorType));
}
