import type { Scope } from "./scope.ts";

/** Scopes that are remembered until the event loop turns: as long as an error takes to pass from an inner piece of work out. */
class ThisTurn {
  readonly #scopes = new WeakSet<Scope>();

  add(scope: Scope): void {
    this.#scopes.add(scope);
    setImmediate(() => this.#scopes.delete(scope)).unref();
  }

  has(scope: Scope): boolean {
    return this.#scopes.has(scope);
  }
}

/**
 * Where an error was told just now: by a wrapper that saw the error itself, or by a framework's integration that knows only its
 * text. The one cannot recognise the other's, so what passes the work around in the same turn counts as the same error.
 */
export const toldByWrapper = new ThisTurn();
export const toldByFramework = new ThisTurn();
