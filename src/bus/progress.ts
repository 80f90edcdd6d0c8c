/** Counts what was taken in and what is dealt with, for whoever waits until everything so far is. */
export class Progress {
  #taken = 0;
  #settled = 0;
  readonly #waiting: { readonly taken: number; readonly resolve: () => void }[] = [];

  take(): void {
    this.#taken += 1;
  }

  /** All that was taken is settled but for so many. */
  settleAllBut(open: number): void {
    this.#settled = this.#taken - open;
    while (this.#waiting[0] !== undefined && this.#waiting[0].taken <= this.#settled) this.#waiting.shift()?.resolve();
  }

  /** Resolves once everything that was taken before the call is settled, however much follows it. */
  caughtUp(): Promise<void> {
    if (this.#settled === this.#taken) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ taken: this.#taken, resolve });
    return promise;
  }
}
