import { inherit, type Node } from "./node.ts";
import type { SeenSpans } from "./seen-spans.ts";

/** A span that cannot tell all that it has to tell before what stands above it has come. */
export interface Unplaced {
  readonly node: Node;
}

/** Spans whose place is not known yet, by the span that they wait for. What waits longest goes first when there are too many. */
export class UnplacedSpans<Item extends Unplaced> {
  readonly #limit: number;
  readonly #items = new Map<string, { readonly item: Item; readonly sinceMillis: number }>();
  readonly #byAwaited = new Map<string, Map<string, Item>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.size;
  }

  all(): Item[] {
    return [...this.#items.values()].map(({ item }) => item);
  }

  /** A span that is sent again takes its own place. */
  add(item: Item, nowMillis: number): void {
    const { key } = item.node;
    this.remove(key);
    this.#items.set(key, { item, sinceMillis: nowMillis });
    this.#file(item);
  }

  remove(key: string): void {
    const known = this.#items.get(key)?.item;
    if (known === undefined) return;
    this.#items.delete(key);
    this.#unfile(known.node.awaited, key);
  }

  /** What waited for the span; it knows now what the span knows, and waits for what that waits for. */
  under(key: string, seen: SeenSpans): Item[] {
    const awaiting = this.#byAwaited.get(key);
    const above = awaiting && seen.get(key);
    if (awaiting === undefined || above === undefined) return [];
    const items = [...awaiting.values()];
    this.#byAwaited.delete(key);
    for (const item of items) {
      inherit(item.node, above);
      this.#file(item);
    }
    return items;
  }

  /** What has waited since the given moment or before it, or is too much. */
  overdue(sinceMillis: number): Item[] {
    const overdue: Item[] = [];
    for (const entry of this.#items.values()) {
      if (entry.sinceMillis > sinceMillis && this.#items.size - overdue.length <= this.#limit) break;
      overdue.push(entry.item);
    }
    return overdue;
  }

  #file(item: Item): void {
    const { awaited, key } = item.node;
    if (awaited === undefined) return;
    const others = this.#byAwaited.get(awaited);
    if (others === undefined) this.#byAwaited.set(awaited, new Map([[key, item]]));
    else others.set(key, item);
  }

  #unfile(awaited: string | undefined, key: string): void {
    if (awaited === undefined) return;
    const items = this.#byAwaited.get(awaited);
    items?.delete(key);
    if (items?.size === 0) this.#byAwaited.delete(awaited);
  }
}
