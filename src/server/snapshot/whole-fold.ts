import type { StoredEvent } from "../../events/types.ts";
import type { Restorable } from "../../folds/restorable.ts";
import type { Replayed, SnapshotPart } from "../../folds/snapshot-part.ts";

export interface WholeFoldOptions<State> {
  readonly name: string;
  readonly version: number;
  readonly fold: Restorable<State>;
  /** Takes in an event that was stored before. */
  readonly replay: (event: StoredEvent) => void;
}

/** A fold that cannot wait while it is written, as it is asked at any moment: it is copied. One part, as its folds need each other. */
export function wholeFold<State>({ name, version, fold, replay }: WholeFoldOptions<State>): Replayed {
  let restoredSeq = 0;
  const part: SnapshotPart = {
    name,
    version,
    state: () => fold.save(),
    restore(state, seq) {
      fold.restore(state as State);
      restoredSeq = seq;
    },
  };
  return {
    parts: [part],
    replay(event) {
      if (event.seq > restoredSeq) replay(event);
    },
  };
}
