import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** How fast the team works: whoever thinks or does something waits for some steps. */
export interface Pace {
  readonly signal: AbortSignal;
  /** Rejects with an AbortError once the factory is stopped. */
  wait(steps: number): Promise<void>;
}

export function createPace(stepMillis: number, signal: AbortSignal): Pace {
  return {
    signal,
    async wait(steps) {
      if (stepMillis > 0) await sleep(steps * stepMillis, undefined, { signal });
      else await nextTurn(undefined, { signal });
    },
  };
}
