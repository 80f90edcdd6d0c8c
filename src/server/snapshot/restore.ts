import { Deserializer } from "node:v8";
import { messageOf } from "../../bus/trouble.ts";
import type { StoredEvent } from "../../events/types.ts";
import type { SnapshotPart } from "../../folds/snapshot-part.ts";
import type { EventStore } from "../../store/event-store.ts";
import { readSliced } from "./sliced.ts";
import { readSnapshot, type Snapshot } from "./snapshot-file.ts";

/**
 * Brings parts where a snapshot has them, as far as it is good. What it does not have, or has of another version, is left as it was.
 *
 * @param trouble hears, in a sentence, what of it was not used and why
 * @returns after which event to go on; 0 where that is the first one. The last one that the snapshot knows is never left out: whoever
 * wants to know what came last hears it from there.
 */
export async function restoreParts(
  path: string,
  store: Pick<EventStore, "query">,
  parts: readonly SnapshotPart[],
  trouble: (sentence: string) => void,
): Promise<number> {
  let snapshot: Snapshot | undefined;
  try {
    snapshot = await readSnapshot(path);
  } catch (error) {
    trouble(`the snapshot ${path} is not used: ${messageOf(error)}; everything is rebuilt from the store`);
    return 0;
  }
  if (snapshot === undefined) return 0;
  const last = await eventAt(store, snapshot.index.seq);
  if (last === undefined || last.id !== snapshot.index.id) {
    trouble(
      `the snapshot ${path} is not used: this store does not have the last event of it; everything is rebuilt from the store`,
    );
    return 0;
  }
  const seqs = parts.map((part) => ({ name: part.name, seq: restorePart(part, snapshot) }));
  snapshot.release();
  const rebuilt = seqs.filter(({ seq }) => seq === undefined).map(({ name }) => name);
  if (rebuilt.length > 0) {
    trouble(`the snapshot ${path} was made by another version of Crowsnest: rebuilt from the store are ${rebuilt.join(", ")}`);
  }
  return Math.min(last.seq - 1, ...seqs.map(({ seq = 0 }) => seq));
}

/** @returns up to which event the part is now; undefined where the snapshot has no such part, or one that cannot be read */
function restorePart(part: SnapshotPart, { index, states }: Snapshot): number | undefined {
  const place = index.parts.findIndex(({ name, version }) => name === part.name && version === part.version);
  const [entry, bytes] = [index.parts[place], states[place]];
  if (entry === undefined || bytes === undefined) return undefined;
  try {
    const from = new Deserializer(bytes);
    from.readHeader();
    part.restore(readSliced(from), entry.seq);
    return entry.seq;
  } catch {
    // V8 of an older Node.js cannot read what a newer one wrote.
    return undefined;
  }
}

async function eventAt(store: Pick<EventStore, "query">, seq: number): Promise<StoredEvent | undefined> {
  const [event] = (await store.query({ afterSeq: seq - 1, limit: 1 })).events;
  return event?.seq === seq ? event : undefined;
}
