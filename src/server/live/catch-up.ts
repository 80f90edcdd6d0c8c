import type { StoredEvent } from "../../events/types.ts";
import type { Broadcaster } from "./broadcaster.ts";
import { LiveEvent } from "./live-event.ts";
import type { Subscriber } from "./subscriber.ts";

/** Reads stored events after a seq, in order; none where there are none. */
export type ReadAfter = (seq: number, limit: number) => Promise<readonly StoredEvent[]>;

/** Events read from the store at once. */
const PAGE_EVENTS = 500;

/**
 * Sends a watcher what it missed after `seq`, as fast as its connection takes it, and then lets it go live: without a gap, as the last
 * step is taken in one turn of the event loop from the events that were published most recently, and without a repeat, as each step
 * begins where the one before it ended.
 */
export async function catchUp(
  subscriber: Subscriber,
  seq: number,
  broadcaster: Broadcaster,
  readAfter: ReadAfter,
): Promise<void> {
  const turn = subscriber.beginReplay(seq);
  while (subscriber.isReplaying(turn) && broadcaster.subscribers.has(subscriber)) {
    broadcaster.flush();
    const { recent } = broadcaster;
    const rest = recent.after(subscriber.seq);
    if (rest !== undefined) {
      sendMatching(subscriber, rest);
      subscriber.goLive(Math.max(subscriber.seq, recent.lastSeq));
      return;
    }
    const page = await readAfter(subscriber.seq, PAGE_EVENTS);
    if (!subscriber.isReplaying(turn)) return;
    sendMatching(
      subscriber,
      page.map((event) => new LiveEvent(event)),
    );
    // Where the store has nothing more, what is missing was deleted since.
    subscriber.seq = page.at(-1)?.seq ?? recent.reachesBackTo;
    if (!subscriber.takesMore) await subscriber.taken();
  }
}

function sendMatching(subscriber: Subscriber, events: readonly LiveEvent[]): void {
  const wanted = events.filter(({ event }) => subscriber.filter.matches(event));
  if (wanted.length > 0) subscriber.send(subscriber.encoding.events(wanted), wanted.length);
}
