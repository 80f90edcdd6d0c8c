/** Waits for a promise, but not longer than the given time; says whether it was in time. Rejects where the promise does, in time. */
export async function withinDeadline(promise: Promise<unknown>, millis: number): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), millis);
  try {
    return await Promise.race([promise.then(() => true as const), over]);
  } finally {
    clearTimeout(timer);
  }
}
