import type { Face } from "../../instrument/face.ts";
import type { Run } from "./run.ts";

/** Most calls that are followed at once; the oldest gives way. */
const MAX_OPEN = 10_000;
/** How long a call may be silent, with nothing of it under way, until it is taken for forgotten: a stream that nobody reads on. */
const SILENT_MILLIS = 600_000;
/** How often those are looked for at most. */
const SWEEP_MILLIS = 60_000;

/** Calls that another integration of the same Crowsnest follows already. */
const claimed = new WeakMap<Face, Set<string>>();

/** The SDK's calls that have begun and not ended, by its ids for them. Bounded. */
export class Runs {
  readonly #open = new Map<string, Run>();
  readonly #claims: Set<string>;
  readonly #maxOpen: number;
  #sweptAtMillis = performance.now();

  constructor(crowsnest: Face, maxOpen: number = MAX_OPEN) {
    this.#claims = claimed.get(crowsnest) ?? new Set();
    claimed.set(crowsnest, this.#claims);
    this.#maxOpen = maxOpen;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Begins to follow a call, unless another integration of the same Crowsnest does: nothing may count twice. */
  open(callId: string, start: () => Run): void {
    this.#sweep();
    if (this.#claims.has(callId)) return;
    if (this.#open.size >= this.#maxOpen) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.giveUp(oldest);
    }
    this.#claims.add(callId);
    this.#open.set(callId, start());
  }

  find(callId: string | undefined): Run | undefined {
    const run = callId === undefined ? undefined : this.#open.get(callId);
    if (run !== undefined) run.lastHeardMillis = performance.now();
    return run;
  }

  /** Takes one that ends. */
  take(callId: string): Run | undefined {
    const run = this.#open.get(callId);
    this.#open.delete(callId);
    if (run !== undefined) this.#claims.delete(callId);
    return run;
  }

  giveUp(callId: string): void {
    this.take(callId)?.close({ outcome: "abandoned" });
  }

  #sweep(): void {
    const now = performance.now();
    if (now - this.#sweptAtMillis < SWEEP_MILLIS) return;
    this.#sweptAtMillis = now;
    for (const [callId, run] of [...this.#open]) {
      if (!run.isBusy && run.lastHeardMillis < now - SILENT_MILLIS) this.giveUp(callId);
    }
  }
}
