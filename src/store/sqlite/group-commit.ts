import type { AgentEvent, StoredEvent } from "../../events/types.ts";
import { type AppendResult, type RejectedEvent, StoreError } from "../event-store.ts";
import { type EventColumns, emptyColumns, encodeEvent } from "./encode.ts";
import type { Kept } from "./writer.ts";

export interface GroupCommitOptions {
  /** Most events that wait for a commit; beyond it appends are refused. */
  readonly capacity: number;
  /** Most characters of JSON that wait, so that few huge events cannot take all memory either. */
  readonly capacityChars: number;
  /** Longest JSON of one event, in characters. */
  readonly maxEventChars: number;
  /** A group takes no further append once it has this many events, so that no commit takes long. */
  readonly maxGroupEvents: number;
}

/** What one call to `append` gave to a group: `events.length` rows from `firstRow` on. */
interface Part {
  readonly events: readonly AgentEvent[];
  readonly rejected: readonly RejectedEvent[];
  readonly firstRow: number;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

interface Group {
  readonly columns: EventColumns;
  readonly parts: Part[];
  chars: number;
}

/** Groups given to the writer at once: it works on one and has the next at hand when it is done. */
const MAX_GROUPS_UNDER_WAY = 2;

/**
 * Joins appends into groups that share one commit: while some groups are under way, the next one gathers. So a sync to disk is
 * paid once for all who wait for it, and a lone append still goes at once.
 */
export class GroupCommit {
  readonly #commit: (columns: EventColumns, receivedUnixMillis: number) => Promise<Kept>;
  readonly #options: GroupCommitOptions;
  #gathering: Group[] = [];
  #underWay = 0;
  #depth = 0;
  #chars = 0;
  #pumpIsDue = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: GroupCommitOptions, commit: (columns: EventColumns, receivedUnixMillis: number) => Promise<Kept>) {
    this.#options = options;
    this.#commit = commit;
  }

  /** Events that wait or are under way. */
  get depth(): number {
    return this.#depth;
  }

  append(events: readonly AgentEvent[]): Promise<AppendResult> {
    const { capacity, capacityChars } = this.#options;
    // A single append that is larger than the queue may pass when nothing else waits: refused now, it would be for ever.
    if (this.#depth > 0 && (this.#depth + events.length > capacity || this.#chars >= capacityChars)) {
      const waiting = `${this.#depth} events already wait to be stored (at most ${capacity})`;
      return Promise.reject(new StoreError("queue_full", `${waiting}: try again in a moment.`));
    }
    const group = this.#openGroup();
    const firstRow = group.columns.id.length;
    const { accepted, rejected } = this.#encode(events, group);
    if (accepted.length === 0) return Promise.resolve({ stored: [], duplicates: 0, rejected });
    this.#depth += accepted.length;
    this.#pumpSoon();
    return new Promise((resolve, reject) => group.parts.push({ events: accepted, rejected, firstRow, resolve, reject }));
  }

  /** Resolves once everything that was appended before the call is kept or rejected. */
  async flush(): Promise<void> {
    if (this.#depth === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  #openGroup(): Group {
    const last = this.#gathering.at(-1);
    if (last !== undefined && last.columns.id.length < this.#options.maxGroupEvents) return last;
    const group: Group = { columns: emptyColumns(), parts: [], chars: 0 };
    this.#gathering.push(group);
    return group;
  }

  #encode(events: readonly AgentEvent[], group: Group): { accepted: readonly AgentEvent[]; rejected: readonly RejectedEvent[] } {
    const accepted: AgentEvent[] = [];
    const rejected: RejectedEvent[] = [];
    const { event: texts } = group.columns;
    const firstRow = texts.length;
    // Counted loops here and below: a list's iterator makes a pair for each event, on the way that all events take.
    for (let index = 0; index < events.length; index += 1) {
      const event = events[index] as AgentEvent;
      const rejection = encodeEvent(event, group.columns, this.#options.maxEventChars);
      if (rejection === undefined) accepted.push(event);
      else rejected.push({ index, ...rejection });
    }
    let chars = 0;
    for (let row = firstRow; row < texts.length; row += 1) chars += (texts[row] as string).length;
    group.chars += chars;
    this.#chars += chars;
    return { accepted, rejected };
  }

  /** Once the code that runs now has ended, so that what is appended together is committed together. */
  #pumpSoon(): void {
    if (this.#pumpIsDue) return;
    this.#pumpIsDue = true;
    queueMicrotask(() => {
      this.#pumpIsDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#underWay < MAX_GROUPS_UNDER_WAY) {
      const group = this.#gathering.shift();
      if (group === undefined) return;
      if (group.parts.length > 0) void this.#run(group);
    }
  }

  async #run(group: Group): Promise<void> {
    this.#underWay += 1;
    const receivedUnixMillis = Date.now();
    try {
      settle(group, await this.#commit(group.columns, receivedUnixMillis), receivedUnixMillis);
    } catch (error) {
      // Those that were told already stay told.
      for (const part of group.parts) part.reject(error);
    }
    this.#underWay -= 1;
    this.#depth -= group.columns.id.length;
    this.#chars -= group.chars;
    this.#pump();
    if (this.#depth > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}

/** Tells each append which of its events are new, and their seqs: those of the group in order, duplicates left out. */
function settle(group: Group, kept: Kept, receivedUnixMillis: number): void {
  let seq = kept.firstSeq;
  let nextDuplicate = 0;
  for (const { events, rejected, firstRow, resolve } of group.parts) {
    const stored: StoredEvent[] = [];
    for (let index = 0; index < events.length; index += 1) {
      if (kept.duplicates[nextDuplicate] === firstRow + index) nextDuplicate += 1;
      else stored.push({ ...(events[index] as AgentEvent), seq: seq++, receivedUnixMillis });
    }
    resolve({ stored, duplicates: events.length - stored.length, rejected });
  }
}
