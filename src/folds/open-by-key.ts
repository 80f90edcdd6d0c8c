import type { AgentEvent } from "../events/types.ts";
import type { Restorable } from "./restorable.ts";

/** How much work is looked for by walking rather than by key. */
const MAX_YOUNG = 16;

/** Starts by their keys, oldest first. Events are never changed. */
type Entries = ReadonlyMap<string, AgentEvent>;

/**
 * What has begun and not ended of one kind, by key. Most work ends soon after it began, so the latest is kept in a short list and
 * found by comparing: a key that is seen for the first time has to be hashed for a map, which costs more than everything else that
 * is done with it. What stays longer moves into the map.
 */
export class OpenByKey implements Restorable<Entries> {
  readonly #capacity: number;
  readonly #old = new Map<string, AgentEvent>();
  /** Oldest first; the two lists belong together. */
  readonly #youngKeys: string[] = [];
  readonly #youngStarts: AgentEvent[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  save(): Entries {
    return new Map(this.entries());
  }

  restore(entries: Entries): void {
    this.#old.clear();
    this.#youngKeys.length = 0;
    this.#youngStarts.length = 0;
    for (const [key, start] of entries) this.add(key, start);
  }

  *entries(): IterableIterator<[key: string, start: AgentEvent]> {
    yield* this.#old;
    for (const [index, key] of this.#youngKeys.entries()) yield [key, this.#youngStarts[index] as AgentEvent];
  }

  get(key: string): AgentEvent | undefined {
    const index = this.#youngKeys.lastIndexOf(key);
    return index >= 0 ? this.#youngStarts[index] : this.#old.get(key);
  }

  take(key: string): AgentEvent | undefined {
    const index = this.#youngKeys.lastIndexOf(key);
    if (index >= 0) {
      this.#youngKeys.splice(index, 1);
      return this.#youngStarts.splice(index, 1)[0];
    }
    if (this.#old.size === 0) return undefined;
    const start = this.#old.get(key);
    if (start !== undefined) this.#old.delete(key);
    return start;
  }

  /** Adds a key that is not in here; returns the oldest work where that had to give way. */
  add(key: string, start: AgentEvent): AgentEvent | undefined {
    this.#youngKeys.push(key);
    this.#youngStarts.push(start);
    if (this.#youngKeys.length <= MAX_YOUNG) return undefined;
    this.#old.set(this.#youngKeys.shift() as string, withoutBallast(this.#youngStarts.shift() as AgentEvent));
    return this.#old.size > this.#capacity ? this.#takeOldest() : undefined;
  }

  #takeOldest(): AgentEvent | undefined {
    const [oldest] = this.#old;
    if (oldest === undefined) return undefined;
    this.#old.delete(oldest[0]);
    return oldest[1];
  }
}

/**
 * Work may stay open for days, in its thousands, and a start may carry a quarter of a megabyte: what nobody asks of it is let go. Most
 * starts have nothing of that, and stay what they are.
 */
function withoutBallast(start: AgentEvent): AgentEvent {
  const light = start.attributes === undefined ? start : { ...start, attributes: undefined };
  if (light.type === "agent_started" && light.data.tools !== undefined) return { ...light, data: {} };
  if (light.type === "task_assigned" && (light.data.alternatives ?? light.data.reason) !== undefined) {
    return { ...light, data: { taskType: light.data.taskType } };
  }
  return light;
}
