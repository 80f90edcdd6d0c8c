import { RequestError } from "./request-error.ts";

/** Most bytes of all bodies together that are held in memory. @default 128 MiB */
const MAX_HELD_BYTES = 128 * 1_024 * 1_024;

/** What one request holds of the room. */
export interface Held {
  /** It holds so many bytes more. @throws RequestError (429) where that is more than there is room for */
  grow(bytes: number): void;
  /** It holds so many bytes now, and not what it held before. @throws RequestError (429) */
  set(bytes: number): void;
  /** It holds nothing any more. Safe to call twice. */
  release(): void;
}

/**
 * The memory that bodies may take, those that are still arriving included: each one has a limit, but two thousand connections would
 * fill the memory with bodies below it. Whoever comes when the room is full is asked to come again.
 */
export class BodyRoom {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are held now. */
  get heldBytes(): number {
    return this.#bytes;
  }

  /** Room for one request, which has to release it. */
  enter(): Held {
    let own = 0;
    const set = (bytes: number) => {
      if (bytes > own && this.#bytes + bytes - own > this.#maxBytes) {
        throw new RequestError(429, "the hub is busy with other requests; send this one again later");
      }
      this.#bytes += bytes - own;
      own = bytes;
    };
    return { set, grow: (bytes) => set(own + bytes), release: () => set(0) };
  }
}
