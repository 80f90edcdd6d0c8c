import type { Exception } from "@opentelemetry/api";

/** An error as a span records it: the error itself or, where its message or its stack holds secrets, the same without them. */
export function redactedException(error: Error, redact: (text: string) => string): Exception {
  const { name, message, stack } = error;
  const clean = { message: redact(message), stack: stack === undefined ? undefined : redact(stack) };
  if (clean.message === message && clean.stack === stack) return error;
  const code = "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? { code: error.code } : {};
  return { ...code, name, message: clean.message, ...(clean.stack === undefined ? {} : { stack: clean.stack }) };
}
