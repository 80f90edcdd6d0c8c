import { setImmediate as nextTurn } from "node:timers/promises";
import { Serializer } from "node:v8";
import type { SnapshotPart } from "../../folds/snapshot-part.ts";
import { writeSliced } from "./sliced.ts";

/** How long a state is written before everything else has a turn. */
const SLICE_MILLIS = 5;

export interface WrittenPart {
  readonly state: Uint8Array;
  /** How long everything else had to wait for it, slices together. */
  readonly busyMillis: number;
}

/** Writes a part's state as it is now; everything else has turns in between. */
export async function writePart(part: SnapshotPart): Promise<WrittenPart> {
  const serializer = new Serializer();
  serializer.writeHeader();
  const startedMillis = performance.now();
  const writing = new Writing(writeSliced(part.state(), serializer), performance.now() - startedMillis);
  const release = part.hold?.(() => writing.finish());
  try {
    while (!writing.advance(SLICE_MILLIS)) await nextTurn();
  } finally {
    release?.();
  }
  return { state: writing.takeFrom(serializer), busyMillis: writing.busyMillis };
}

/** Steps that are taken until they are done, a few at a time or all at once. */
class Writing {
  readonly #steps: Iterator<void>;
  #isDone = false;
  #failure: unknown;
  busyMillis: number;

  /** @param busyMillis what it took to come here */
  constructor(steps: Iterator<void>, busyMillis: number) {
    this.#steps = steps;
    this.busyMillis = busyMillis;
  }

  /** @returns whether it is done */
  advance(millis: number): boolean {
    const startedMillis = performance.now();
    try {
      while (!this.#isDone && performance.now() - startedMillis < millis) this.#isDone = this.#steps.next().done === true;
    } catch (error) {
      // Who reads the part in the meantime is not the one to hear that its state cannot be written.
      this.#failure = error;
      this.#isDone = true;
    }
    this.busyMillis += performance.now() - startedMillis;
    return this.#isDone;
  }

  finish(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  takeFrom(serializer: Serializer): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure;
    return serializer.releaseBuffer();
  }
}
