import type { StoredEvent } from "../events/types.ts";

/** A piece of what a snapshot holds: one fold, or several that must be at the same event. */
export interface SnapshotPart {
  /** By this it is found again. */
  readonly name: string;
  /** One more whenever the state's shape or meaning changes: an older one is not taken up. */
  readonly version: number;
  /** What it has come to, as plain data: a copy, or else what it works with and stands still while it is held. */
  state(): unknown;
  /** Takes a state in place of what it had. From then on it ignores events up to `seq`, which are in that state. */
  restore(state: unknown, seq: number): void;
  /**
   * From now on the state stands still, so that it can be written bit by bit; events have to wait. Who cannot wait calls `finish`, after
   * which the state is written. Returns how to let it go on. Absent where the state is a copy.
   */
  hold?(finish: () => void): () => void;
}

/** What folds stored events, and can be brought where it was before a restart. */
export interface Replayed {
  readonly parts: readonly SnapshotPart[];
  /** Takes in an event that was stored before. */
  replay(event: StoredEvent): void;
}
