import { messageOf } from "../bus/trouble.ts";
import type { Face } from "../instrument/face.ts";
import { nameOf } from "./ending.ts";

/** How often it is told at most that something could not be understood. */
const RARELY_MILLIS = 60_000;

/** Runs an integration's own work such that the framework does not notice whatever goes wrong in it: that is told as an event. */
export class Guard {
  readonly #crowsnest: Face;
  readonly #component: string;
  #toldAtMillis = Number.NEGATIVE_INFINITY;

  /** @param component the integration, as its users import it */
  constructor(crowsnest: Face, component: string) {
    this.#crowsnest = crowsnest;
    this.#component = component;
  }

  /** Undefined where it failed. */
  run<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  #tell(error: unknown): void {
    if (performance.now() - this.#toldAtMillis < RARELY_MILLIS) return;
    this.#toldAtMillis = performance.now();
    const data = {
      failureType: nameOf(error),
      errorMessage: messageOf(error),
      component: this.#component,
      recoveryAttempted: false,
    };
    this.#crowsnest.emit({ type: "failure_recorded", data });
  }
}
