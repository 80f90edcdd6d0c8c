import type { Restorable } from "../../folds/restorable.ts";
import type { Point } from "./point.ts";

/** What came since the value before. */
export interface Amount {
  readonly value: number;
  readonly count: number | undefined;
}

interface Latest extends Amount {
  readonly unixMillis: number;
}

/** Most series whose latest value is remembered. */
const MAX_SERIES = 10_000;
/** A series that was silent for that long may be forgotten when there are too many. */
const SILENT_MILLIS = 3_600_000;

/**
 * The latest value of each series that tells all since its start, so that what came since can be told. It is a fold over the events that
 * were kept: a value counts as told once it is durable, one that is sent again gives the same difference, and a restart changes nothing.
 */
export class LatestValues implements Restorable<ReadonlyMap<string, Latest>> {
  readonly #startedUnixMillis: number;
  #latest = new Map<string, Latest>();

  /** @param startedUnixMillis since when this process hears: what began before and is not known began to count with somebody else */
  constructor(startedUnixMillis: number) {
    this.#startedUnixMillis = startedUnixMillis;
  }

  save(): ReadonlyMap<string, Latest> {
    return new Map(this.#latest);
  }

  restore(latest: ReadonlyMap<string, Latest>): void {
    this.#latest = new Map(latest);
  }

  /**
   * Undefined where that cannot be known: the first value of a series that is older than this process only says where it stands.
   *
   * @param before the value before it in the same request, which is not durable yet
   */
  since(point: Point, before?: Point): Amount | undefined {
    const key = keyOf(point);
    const latest = before === undefined ? this.#latest.get(key) : { ...amountOf(before), unixMillis: before.timeUnixMillis };
    if (latest === undefined) return this.#first(point, key);
    // It was overtaken by a later value, which has it in it.
    if (point.timeUnixMillis < latest.unixMillis) return undefined;
    // A counter that was set back without saying so begins at 0 again.
    if (point.value < latest.value) return amountOf(point);
    const count = point.count === undefined ? undefined : Math.max(0, point.count - (latest.count ?? 0));
    return { value: point.value - latest.value, count };
  }

  /** What was told of a series is durable. */
  set(key: string, amount: Amount, unixMillis: number): void {
    const known = this.#latest.get(key);
    if (known !== undefined && known.unixMillis > unixMillis) return;
    // The longest silent ones stand first.
    this.#latest.delete(key);
    if (this.#latest.size >= MAX_SERIES) this.#forgetOldest();
    this.#latest.set(key, { ...amount, unixMillis });
  }

  #first(point: Point, key: string): Amount | undefined {
    const amount = amountOf(point);
    if ((point.startUnixMillis ?? 0) < this.#startedUnixMillis) {
      if (this.#hasRoom(point.timeUnixMillis)) this.set(key, amount, point.timeUnixMillis);
      return undefined;
    }
    return this.#hasRoom(point.timeUnixMillis) ? amount : undefined;
  }

  /** A series that could not be remembered would be told in full each time. */
  #hasRoom(nowUnixMillis: number): boolean {
    if (this.#latest.size < MAX_SERIES) return true;
    const [oldest] = this.#latest.values();
    return oldest !== undefined && nowUnixMillis - oldest.unixMillis > SILENT_MILLIS;
  }

  #forgetOldest(): void {
    const [oldest] = this.#latest.keys();
    if (oldest !== undefined) this.#latest.delete(oldest);
  }
}

function amountOf({ value, count }: Point): Amount {
  return { value, count };
}

/** A series that starts anew is another one. */
export function keyOf({ series, startKey }: Pick<Point, "series" | "startKey">): string {
  return `otlp-${series}-${startKey}`;
}
