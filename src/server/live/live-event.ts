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
    this.#console ??= JSON.stringify(consoleShape(this.event));
    return this.#console;
  }

  get observatory(): string {
    this.#observatory ??= JSON.stringify(observatoryShape(this.event));
    return this.#observatory;
  }
}
