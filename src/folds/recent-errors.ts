import type { AgentEvent } from "../events/types.ts";

const MINUTE_MILLIS = 60_000;
const MINUTES = 60;

/** How many errors were raised within the last hour, to the minute: 60 numbers, whatever the traffic. */
export class RecentErrors {
  readonly #counts = new Array<number>(MINUTES).fill(0);
  readonly #minutes = new Array<number>(MINUTES).fill(-1);

  apply(event: AgentEvent): void {
    if (event.type !== "error_raised") return;
    const minute = Math.floor(event.timeUnixMillis / MINUTE_MILLIS);
    const slot = minute % MINUTES;
    // An error from a clock far in the past must not push out the current minute.
    if ((this.#minutes[slot] as number) > minute) return;
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute;
      this.#counts[slot] = 0;
    }
    (this.#counts[slot] as number) += 1;
  }

  inLastHour(nowMillis: number): number {
    const now = Math.floor(nowMillis / MINUTE_MILLIS);
    return this.#counts.reduce((sum, errors, slot) => {
      const age = now - (this.#minutes[slot] as number);
      return age >= 0 && age < MINUTES ? sum + errors : sum;
    }, 0);
  }
}
