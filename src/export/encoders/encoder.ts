import type { StoredEvent } from "../../events/types.ts";

/** Writes events in one format, page by page. */
export interface Encoder {
  /** The bytes that are ready once these events came; none where it gathers more first. */
  page(events: readonly StoredEvent[]): Uint8Array;
  /** The last bytes. */
  end(): Uint8Array;
}

const utf8 = new TextEncoder();

/** In memory of its own: what is sent to another thread is copied with all that it shares its memory with. */
export function bytesOf(text: string): Uint8Array {
  return utf8.encode(text);
}
