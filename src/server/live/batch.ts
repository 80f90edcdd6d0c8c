import type { Encoding } from "./encodings.ts";
import type { Filter } from "./filter.ts";
import type { LiveEvent } from "./live-event.ts";

interface Share {
  readonly events: readonly LiveEvent[];
  /** By the name of the encoding. */
  readonly bytes: Map<string, Buffer>;
}

/** Events that go out together: sorted out once for all who have the same filter, and written once for all of those who read the same encoding. */
export class Batch {
  readonly #events: readonly LiveEvent[];
  readonly #shares = new Map<string, Share>();

  constructor(events: readonly LiveEvent[]) {
    this.#events = events;
  }

  matching(filter: Filter): readonly LiveEvent[] {
    return this.#shareOf(filter).events;
  }

  bytes(filter: Filter, encoding: Encoding): Buffer {
    const { events, bytes } = this.#shareOf(filter);
    let written = bytes.get(encoding.name);
    if (written === undefined) {
      written = encoding.events(events);
      bytes.set(encoding.name, written);
    }
    return written;
  }

  #shareOf(filter: Filter): Share {
    let share = this.#shares.get(filter.key);
    if (share === undefined) {
      share = { events: this.#events.filter(({ event }) => filter.matches(event)), bytes: new Map() };
      this.#shares.set(filter.key, share);
    }
    return share;
  }
}
