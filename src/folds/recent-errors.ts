import type { AgentEvent } from "../events/types.ts";
import type { Restorable } from "./restorable.ts";

const MINUTE_MILLIS = 60_000;
const MINUTES = 60;

interface Saved {
  readonly counts: readonly number[];
  readonly minutes: readonly number[];
}

/** How many errors were raised within the last hour, to the minute: 60 numbers, whatever the traffic. */
export class RecentErrors implements Restorable<Saved> {
  #counts = new Array<number>(MINUTES).fill(0);
  #minutes = new Array<number>(MINUTES).fill(-1);

  save(): Saved {
    return { counts: [...this.#counts], minutes: [...this.#minutes] };
  }

  restore({ counts, minutes }: Saved): void {
    this.#counts = [...counts];
    this.#minutes = [...minutes];
  }

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
