/** Adds to a count by its key. */
export function addTo<Key>(counts: Map<Key, number>, key: Key, amount = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

/** Adds the numbers of one object to those of another. */
export function addNumbers<Key extends string>(sum: Record<Key, number>, other: Readonly<Record<Key, number>>): void {
  for (const key in sum) sum[key] += other[key];
}

/** Puts a value at the end of a list of bounded length. */
export function pushBounded<Value>(list: Value[], value: Value, limit: number): void {
  list.push(value);
  if (list.length > limit) list.shift();
}

/** A quotient, or null where there is nothing to divide by. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
