import type { StoredEvent } from "../events/types.ts";
import { openReader } from "../store/open-store.ts";
import type { Encoder } from "./encoders/encoder.ts";
import { createEncoder, type EncoderOptions } from "./encoders/index.ts";
import type { Format } from "./formats.ts";
import { pagesOf } from "./pages.ts";
import type { Selection } from "./selection.ts";

/** What to export, of which store, as what. Plain data: it crosses between threads. */
export interface ExportRequest extends EncoderOptions {
  /** As {@link openReader} takes it. */
  readonly location: string;
  readonly selection: Selection;
  readonly format: Format;
}

export interface ExportStep {
  readonly bytes: Uint8Array;
  /** Events that were written so far. */
  readonly events: number;
}

/**
 * One export, step by step. It reads on a connection of its own and blocks while it does: right for a command line or a thread. Throws
 * StoreErrors.
 */
export class ExportJob {
  readonly #reader: ReturnType<typeof openReader>;
  readonly #pages: Iterator<readonly StoredEvent[]>;
  readonly #encoder: Encoder;
  #events = 0;
  #isOver = false;

  constructor({ location, selection, format, ...options }: ExportRequest) {
    this.#reader = openReader(location);
    this.#pages = pagesOf((query) => this.#reader.query(query), selection);
    this.#encoder = createEncoder(format, options);
  }

  /** Makes the next bytes; undefined after the last. */
  next(): ExportStep | undefined {
    while (!this.#isOver) {
      const { value: events, done } = this.#pages.next();
      this.#isOver = done === true;
      const bytes = events === undefined ? this.#encoder.end() : this.#encoder.page(events);
      this.#events += events?.length ?? 0;
      if (bytes.length > 0) return { bytes, events: this.#events };
    }
    return undefined;
  }

  close(): void {
    this.#reader.close();
  }
}
