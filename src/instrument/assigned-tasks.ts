/** Most assignments that are remembered until their task begins; the oldest gives way. */
const MAX_REMEMBERED = 10_000;

/** Tasks whose assignment was told and whose work has not begun: it must not be told again when it does. */
export class AssignedTasks {
  readonly #ids = new Set<string>();

  add(taskId: string): void {
    if (this.#ids.size >= MAX_REMEMBERED) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) this.#ids.delete(oldest);
    }
    this.#ids.add(taskId);
  }

  /** True where the assignment was told; it is then forgotten. */
  take(taskId: string): boolean {
    return this.#ids.delete(taskId);
  }
}
