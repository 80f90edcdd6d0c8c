/**
 * A value by its key, made where there is none; beyond the limit the key that was asked for longest ago gives way. A Map keeps the order
 * in which keys were set, so setting one again moves it to the end.
 */
export function touch<Key, Value>(map: Map<Key, Value>, key: Key, limit: number, make: () => Value): Value {
  const known = map.get(key);
  const value = known ?? make();
  if (known !== undefined) map.delete(key);
  map.set(key, value);
  if (map.size > limit) {
    const [oldest] = map.keys();
    map.delete(oldest as Key);
  }
  return value;
}

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
