import type { Deserializer, Serializer } from "node:v8";

/** A map with more entries than this is written entry by entry. */
const LARGE_ENTRIES = 64;
/** How deep large maps are looked for; views are flatter than that. */
const MAX_DEPTH = 8;
/** Longest list that large maps are looked for in: a few kinds of the same, such as resolutions of time. */
const MAX_LIST = 8;

/** What stands before each value. */
const WHOLE = 0;
const MAP = 1;
const OBJECT = 2;
const LIST = 3;
/** One that was taken apart before: the same object stands in two places. */
const AGAIN = 4;

type Plain = Readonly<Record<string, unknown>>;

/**
 * Writes plain data bit by bit, and stops after each bit, so that a state of megabytes does not hold up everything else. V8 writes all
 * that is small; large maps, and what leads to them, are taken apart here. What stands in two places is one and the same afterwards, too.
 */
export function* writeSliced(value: unknown, to: Serializer, largeEntries = LARGE_ENTRIES): Generator<void, void> {
  yield* new Writer(to, largeEntries).write(value);
}

class Writer {
  readonly #to: Serializer;
  readonly #largeEntries: number;
  readonly #apart = new Map<object, number>();

  constructor(to: Serializer, largeEntries: number) {
    this.#to = to;
    this.#largeEntries = largeEntries;
  }

  *write(value: unknown): Generator<void, void> {
    if (!this.#leadsToLarge(value, 0)) {
      this.#to.writeUint32(WHOLE);
      this.#to.writeValue(value);
      yield;
      return;
    }
    const before = this.#apart.get(value);
    if (before !== undefined) {
      this.#to.writeUint32(AGAIN);
      this.#to.writeUint32(before);
      return;
    }
    this.#apart.set(value, this.#apart.size);
    if (value instanceof Map) yield* this.#writeMap(value);
    else if (Array.isArray(value)) yield* this.#writeList(value);
    else yield* this.#writeObject(value as Plain);
  }

  *#writeMap(map: ReadonlyMap<unknown, unknown>): Generator<void, void> {
    this.#to.writeUint32(MAP);
    this.#to.writeUint32(map.size);
    for (const [key, value] of map) {
      this.#to.writeValue(key);
      yield* this.write(value);
    }
  }

  *#writeList(list: readonly unknown[]): Generator<void, void> {
    this.#to.writeUint32(LIST);
    this.#to.writeUint32(list.length);
    for (const value of list) yield* this.write(value);
  }

  *#writeObject(object: Plain): Generator<void, void> {
    const entries = Object.entries(object);
    this.#to.writeUint32(OBJECT);
    this.#to.writeUint32(entries.length);
    for (const [key, value] of entries) {
      this.#to.writeValue(key);
      yield* this.write(value);
    }
  }

  #leadsToLarge(value: unknown, depth: number): value is object {
    if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return false;
    if (value instanceof Map) {
      if (value.size > this.#largeEntries) return true;
      for (const each of value.values()) if (this.#leadsToLarge(each, depth + 1)) return true;
      return false;
    }
    if (Array.isArray(value)) {
      return value.length <= MAX_LIST && value.some((each) => this.#leadsToLarge(each, depth + 1));
    }
    for (const key in value) if (this.#leadsToLarge((value as Plain)[key], depth + 1)) return true;
    return false;
  }
}

/** Reads what {@link writeSliced} wrote; throws where it is something else. */
export function readSliced(from: Deserializer): unknown {
  return read(from, []);
}

function read(from: Deserializer, apart: object[]): unknown {
  switch (from.readUint32()) {
    case WHOLE:
      return from.readValue();
    case AGAIN:
      return apart[from.readUint32()];
    case MAP: {
      const map = new Map<unknown, unknown>();
      apart.push(map);
      for (let left = from.readUint32(); left > 0; left -= 1) map.set(from.readValue(), read(from, apart));
      return map;
    }
    case OBJECT: {
      const object: Record<string, unknown> = {};
      apart.push(object);
      for (let left = from.readUint32(); left > 0; left -= 1) object[String(from.readValue())] = read(from, apart);
      return object;
    }
    case LIST: {
      const list: unknown[] = [];
      apart.push(list);
      for (let left = from.readUint32(); left > 0; left -= 1) list.push(read(from, apart));
      return list;
    }
    default:
      throw new RangeError("this was not written by a snapshot");
  }
}
