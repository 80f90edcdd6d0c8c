/** A fold whose state can be written down and taken up again, so that a restart does not have to apply every event once more. */
export interface Restorable<State> {
  /** Its state as plain data: a copy, in which nothing changes when more events come. It costs milliseconds at most, however much there is. */
  save(): State;
  /** Takes what `save` gave in place of what it had. */
  restore(state: State): void;
}

/** A map of objects that are changed in place, with objects of its own. */
export function copyOf<Key, Value extends object>(map: ReadonlyMap<Key, Value>): Map<Key, Value> {
  const copy = new Map<Key, Value>();
  for (const [key, value] of map) copy.set(key, { ...value });
  return copy;
}
