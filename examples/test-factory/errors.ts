/** The model's provider has too much to do; a second attempt usually gets through. */
export class ProviderOverloadedError extends Error {
  override readonly name = "ProviderOverloadedError";
}

/** The browser that the tests drive went away. */
export class BrowserCrashedError extends Error {
  override readonly name = "BrowserCrashedError";
}

/** The finished feature does not do what it should; it is looked at once more. */
export class NotAcceptedError extends Error {
  override readonly name = "NotAcceptedError";
}

/** Two fixes did not help, and a person was asked. */
export class NeedsPersonError extends Error {
  override readonly name = "NeedsPersonError";
}

/** Worth a second attempt. */
export function isPassing(error: unknown): error is Error {
  return error instanceof ProviderOverloadedError || error instanceof NotAcceptedError;
}
