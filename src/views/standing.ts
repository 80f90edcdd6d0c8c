import type { z } from "zod";
import type { StoredEvent } from "../events/types.ts";
import type { SnapshotPart } from "../folds/snapshot-part.ts";
import { timeOf, type View } from "./view.ts";

/** What came while the state was held, and how whoever holds it is made to finish. */
interface Held {
  readonly events: StoredEvent[];
  readonly finish: () => void;
}

/** A view and where it has come to. */
export class Standing implements SnapshotPart {
  readonly name: string;
  readonly view: View<unknown, z.ZodObject, z.ZodType>;
  readonly #failed: (error: unknown) => void;
  #state: unknown;
  /** Up to here events are in the state already. */
  #restoredSeq = 0;
  #held: Held | undefined;

  constructor(name: string, view: View<unknown, z.ZodObject, z.ZodType>, failed: (error: unknown) => void) {
    this.name = name;
    this.view = view;
    this.#failed = failed;
    this.#state = view.initial();
  }

  get version(): number {
    return this.view.version;
  }

  /** @param timeUnixMillis when it happened, see {@link timeOf} */
  apply(event: StoredEvent, timeUnixMillis: number): void {
    if (event.seq <= this.#restoredSeq) return;
    if (this.#held !== undefined) {
      this.#held.events.push(event);
      return;
    }
    try {
      this.view.apply(this.#state, event, timeUnixMillis);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Answers by all events that were applied: what is held is written first, as nobody asks for how things were. */
  read(query: never, nowUnixMillis: number): unknown {
    this.#held?.finish();
    this.#goOn();
    return this.view.read(this.#state, query, nowUnixMillis);
  }

  state(): unknown {
    return this.#state;
  }

  restore(state: unknown, seq: number): void {
    this.#state = state;
    this.#restoredSeq = seq;
  }

  hold(finish: () => void): () => void {
    const held = { events: [], finish };
    this.#held = held;
    return () => {
      if (this.#held === held) this.#goOn();
    };
  }

  #goOn(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const event of held?.events ?? []) this.apply(event, timeOf(event));
  }
}
