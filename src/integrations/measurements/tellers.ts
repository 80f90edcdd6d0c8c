/** Most services and sessions that are remembered. */
const MAX_REMEMBERED = 20_000;

/** Services and sessions that have told something; those who told last are remembered longest. */
export class Tellers {
  readonly #known = new Set<string>();

  /** Something was told by a service, in a session where there is one. */
  add(source: string, sessionId: string | undefined): void {
    this.#remember(keyOf(source, undefined));
    if (sessionId !== undefined) this.#remember(keyOf(source, sessionId));
  }

  /** Whether the session told it or, without one, the service. */
  has(source: string, sessionId: string | undefined): boolean {
    return this.#known.has(keyOf(source, sessionId));
  }

  #remember(key: string): void {
    this.#known.delete(key);
    this.#known.add(key);
    const [oldest] = this.#known;
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}

function keyOf(source: string, sessionId: string | undefined): string {
  return `${source}\u0000${sessionId ?? ""}`;
}
