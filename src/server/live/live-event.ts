import type { StoredEvent } from "../../events/types.ts";
import { consoleShape, observatoryShape } from "./wire.ts";

/** An event on its way to watchers, written once in each shape that anybody wants, however many they are. */
export class LiveEvent {
  readonly event: StoredEvent;
  readonly publishedMillis: number = performance.now();
  #console: string | undefined;
  #observatory: string | undefined;

  constructor(event: StoredEvent) {
    this.event = event;
  }

  get seq(): number {
    return this.event.seq;
  }

  get console(): string {
    this.#console ??= this.#written(consoleShape);
    return this.#console;
  }

  get observatory(): string {
    this.#observatory ??= this.#written(observatoryShape);
    return this.#observatory;
  }

  /** What is written of it so far, in all shapes. */
  get writtenChars(): number {
    return (this.#console?.length ?? 0) + (this.#observatory?.length ?? 0);
  }

  /** Whoever handed the event over in this process may have spoilt it since: the rest of it is written, and whole it is in the store. */
  #written(shape: (event: StoredEvent) => object): string {
    try {
      return JSON.stringify(shape(this.event));
    } catch {
      const { attributes: _, ...event } = this.event;
      return JSON.stringify(shape({ ...event, timeUnixMillis: event.receivedUnixMillis, data: {} } as StoredEvent));
    }
  }
}
