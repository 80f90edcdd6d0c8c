/** Adds to a count by its key. */
export function addTo<Key>(counts: Map<Key, number>, key: Key, amount = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

/** Adds the numbers of one object to those of another. */
export function addNumbers<Key extends string>(sum: Record<Key, number>, other: Readonly<Record<Key, number>>): void {
  for (const key in sum) sum[key] += other[key];
}

/** A quotient, or null where there is nothing to divide by. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
