/** Waits that whoever is in a hurry can cut short. They do not keep the process alive. */
export class Pause {
  readonly #waiting = new Set<() => void>();

  /** Resolves when the time is over, when it is cut short, or when `signal` aborts. */
  async wait(millis: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, millis);
    timer.unref();
    const wake = () => resolve();
    signal.addEventListener("abort", wake);
    this.#waiting.add(wake);
    await promise;
    this.#waiting.delete(wake);
    signal.removeEventListener("abort", wake);
    clearTimeout(timer);
  }

  cutShort(): void {
    for (const wake of this.#waiting) wake();
  }
}
