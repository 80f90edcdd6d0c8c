/** Longer than nearly every word that people write. */
const LONG_WORD_CHARS = 24;

/** Words, as in "bearer authentication" or "token: something", rather than a secret. */
export function isProse(value: string): boolean {
  return value.length < LONG_WORD_CHARS && /^[A-Za-z]?[a-z]*(?:[-'/][a-z]+)*[-.,;:!?]*$/.test(value);
}
