const NONE: readonly never[] = Object.freeze([]);
/** Where more than these may stay, they give way by the lot. Below, a limit means what it says: the last 20 are 20. */
const MAX_ONE_BY_ONE = 2_048;
/** The share of a full map that gives way at once. */
const LOT_RATIO = 1 / 8;

/**
 * Sets a key and makes it the last one of the map. Beyond the limit the first ones give way, which were put there longest ago, and are
 * handed back. From a large map they go by the lot: a Map keeps the places of what was deleted for a while, and looking for the first
 * key that is left has to walk over all of them, which takes microseconds each time.
 */
export function putLast<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, limit: number): readonly Value[] {
  // A Map keeps the order in which keys were set.
  map.delete(key);
  map.set(key, value);
  return map.size <= limit ? NONE : giveWay(map, limit <= MAX_ONE_BY_ONE ? map.size - limit : Math.floor(limit * LOT_RATIO));
}

/** A value by its key, made where there is none, and the last one of the map from now on; see {@link putLast}. */
export function touch<Key, Value>(map: Map<Key, Value>, key: Key, limit: number, make: () => Value): Value {
  const value = map.get(key) ?? make();
  putLast(map, key, value, limit);
  return value;
}

function giveWay<Key, Value>(map: Map<Key, Value>, lot: number): readonly Value[] {
  const gone: Value[] = [];
  for (const [first, each] of map) {
    map.delete(first);
    gone.push(each);
    if (gone.length === lot) break;
  }
  return gone;
}
