/** What a function of the host's says; one that throws says nothing. */
export function ask<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}

/** A figure from the host's own function. One that throws gives no number, and is counted and told as such where it is used. */
export function askNumber(question: () => number | undefined): number | undefined {
  try {
    return question();
  } catch {
    return Number.NaN;
  }
}
