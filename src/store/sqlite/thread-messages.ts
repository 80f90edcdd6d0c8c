import { StoreError, type StoreErrorCode } from "../event-store.ts";

/** A method of what the thread serves, and its arguments. */
export type Call = readonly [method: string, parameters: readonly unknown[]];

/** Answers come in the order of the calls; the first one, unasked, says whether the thread could begin. */
export type Reply = { readonly value: unknown } | { readonly failure: Failure };

/** An error in a form that crosses between threads whole: its class and its code would not. */
export interface Failure {
  readonly code: StoreErrorCode | undefined;
  readonly message: string;
  /** What the engine said, and its code. */
  readonly cause: string | undefined;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: undefined, message: String(error), cause: undefined };
  const { cause } = error;
  return {
    code: error instanceof StoreError ? error.code : undefined,
    message: error.message,
    cause: cause instanceof Error ? [(cause as { code?: unknown }).code, cause.message].filter(Boolean).join(": ") : undefined,
  };
}

export function errorOf({ code, message, cause }: Failure, otherwise: StoreErrorCode): StoreError {
  return new StoreError(code ?? otherwise, message, cause === undefined ? {} : { cause: new Error(cause) });
}
