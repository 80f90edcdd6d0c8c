/**
 * An error that is known by its text only, as whoever saw it hands on no more. The same error may come by itself on its way out,
 * see `told-inside.ts`.
 */
export class ReportedError extends Error {
  /** False where it says how one piece of work went but is no trouble of its own, such as a call that is tried again. */
  readonly isNews: boolean;

  constructor(errorType: string, message: string, { isNews = true }: { readonly isNews?: boolean } = {}) {
    super(message);
    this.name = errorType;
    this.isNews = isNews;
    // Where this object was made says nothing about where the error arose.
    this.stack = `${errorType}: ${message}`;
  }
}
