import type { Sink } from "../bus/sink.ts";
import type { AgentEvent } from "../events/types.ts";
import { lineWriter } from "./console-line.ts";

/** Where lines go: as much of a writable stream as the sink needs. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

export interface ConsoleSinkOptions {
  /** Write although the stream is not a terminal. @default false */
  readonly force?: boolean;
  /** @default on a terminal, unless the user set NO_COLOR */
  readonly color?: boolean;
  /** @default process.stderr, so that what the host prints on stdout can still be piped */
  readonly stream?: TerminalStream;
}

/** One line an event for whoever watches, coloured by family. Quiet where nobody does: a log file is what the JSONL sink is for. */
export class ConsoleSink implements Sink {
  readonly name = "console";
  readonly #stream: TerminalStream;
  readonly #isWatched: boolean;
  readonly #lineOf: (event: AgentEvent) => string;
  #closed = false;

  constructor(options: ConsoleSinkOptions = {}) {
    this.#stream = options.stream ?? process.stderr;
    const isTerminal = this.#stream.isTTY === true;
    this.#isWatched = isTerminal || options.force === true;
    this.#lineOf = lineWriter(options.color ?? (isTerminal && (process.env.NO_COLOR ?? "") === ""));
  }

  async start(): Promise<void> {
    this.#stream.on("error", ignore);
  }

  async write(batch: readonly AgentEvent[]): Promise<void> {
    if (!this.#isWatched || this.#closed) return;
    const text = batch.map((event) => `${this.#lineOf(event)}\n`).join("");
    // Waits until the stream has taken the text, so that a slow one holds events in the bounded queue and not in its own buffer.
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.off("error", ignore);
  }
}

/** A terminal that went away tells the write that failed; unheard, the same error as an event would end the host. */
function ignore(): void {}
