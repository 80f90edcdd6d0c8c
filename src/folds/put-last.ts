const NONE: readonly never[] = Object.freeze([]);
/** The share of a full map that gives way at once. */
const LOT_RATIO = 1 / 8;

/**
 * Sets a key and makes it the last one of the map. Beyond the limit the first ones give way, which were put there longest ago, and are
 * handed back. They go by the lot: a Map keeps the places of what was deleted for a while, and looking for the first key that is left
 * has to walk over all of them.
 */
export function putLast<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, limit: number): readonly Value[] {
  // A Map keeps the order in which keys were set.
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return NONE;
  const gone: Value[] = [];
  const lot = Math.max(1, Math.floor(limit * LOT_RATIO));
  for (const [first, each] of map) {
    map.delete(first);
    gone.push(each);
    if (gone.length === lot) break;
  }
  return gone;
}
