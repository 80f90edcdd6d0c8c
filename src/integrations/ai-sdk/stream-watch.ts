/**
 * Notices streams that were left: whoever stops reading one, or never begins to, does not tell the SDK, which then says nothing more
 * of the call either. Once nobody can reach a stream any more, nothing can come of it, which is when the garbage collector finds it.
 * The stream itself is left as it is.
 */
export class StreamWatch {
  readonly #registry = new FinalizationRegistry<() => void>((tell) => tell());

  /** Does nothing where the answer of a model is no stream. */
  whenForgotten(answer: unknown, tell: () => void): void {
    const stream = typeof answer === "object" && answer !== null && "stream" in answer ? answer.stream : undefined;
    if (stream instanceof ReadableStream) this.#registry.register(stream, tell);
  }
}
