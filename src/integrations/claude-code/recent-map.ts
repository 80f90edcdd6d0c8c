import { putLast } from "../../folds/put-last.ts";
import type { Restorable } from "../../folds/restorable.ts";

/** A map that forgets what was not asked for or set for the longest time, once it holds more than it may. */
export class RecentMap<K, V> implements Restorable<ReadonlyMap<K, V>> {
  readonly #capacity: number;
  #entries = new Map<K, V>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Those that were silent for the longest first. Values are not copied. */
  save(): ReadonlyMap<K, V> {
    return new Map(this.#entries);
  }

  restore(entries: ReadonlyMap<K, V>): void {
    this.#entries = new Map(entries);
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    putLast(this.#entries, key, value, this.#capacity);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}
