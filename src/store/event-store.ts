import type { AgentEvent, EventFamily, EventType, StoredEvent } from "../events/types.ts";

/** What an append did: every event given is stored, a duplicate, or rejected. */
export interface AppendResult {
  /** The events that were new, in the order given, now durable. */
  readonly stored: readonly StoredEvent[];
  /** How many were in the store already (same `id`) or stood twice in the same call. */
  readonly duplicates: number;
  /** Those that no store could keep. They fail alone: their neighbours are kept. */
  readonly rejected: readonly RejectedEvent[];
}

/** Why one event cannot be kept; few and fixed, so that they can be a metric label. */
export type RejectReason = "not_json" | "too_large";

export interface RejectedEvent {
  /** Where it stood in the list given to `append`. */
  readonly index: number;
  readonly reason: RejectReason;
  /** One sentence for a person. */
  readonly message: string;
}

/** Which events to read. All given conditions must hold; an empty list matches nothing. */
export interface EventQuery {
  readonly types?: readonly EventType[];
  readonly agents?: readonly string[];
  readonly sources?: readonly string[];
  readonly workflowId?: string;
  readonly taskId?: string;
  readonly sessionId?: string;
  readonly traceId?: string;
  /** From this moment on, inclusive. */
  readonly sinceUnixMillis?: number;
  /** Until this moment, exclusive. */
  readonly untilUnixMillis?: number;
  /** Only events that were kept after the one with this `seq`; there need not be one. */
  readonly afterSeq?: number;
  /** By `seq`, which is the order in which events were kept. @default "oldest-first" */
  readonly order?: "oldest-first" | "newest-first";
  /** Most events in the answer, 1 to 10,000; what is outside is moved to the nearer end. @default 100 */
  readonly limit?: number;
  /** `nextCursor` of the page before, asked for in the same order. */
  readonly cursor?: string;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Give it back as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string;
}

export interface StoreStats {
  readonly events: number;
  readonly lastSeq: number;
  readonly sizeBytes: number;
}

/** How long events are kept, in days, by family; `default` for the rest. */
export type Retention = { readonly [family in EventFamily | "default"]?: number };

/**
 * Events for good. One writer; what `append` resolved with survives a crash of the process and of the machine. Readers
 * never delay a commit. SQLite and PostgreSQL stand behind this, and one contract test suite holds them to it.
 */
export interface EventStore {
  /** What waits for a commit, in events. */
  readonly queue: { readonly depth: number; readonly capacity: number };
  /** Keeps events, in one commit with whatever else is waiting. Rejects with a {@link StoreError}; then none of these was kept. */
  append(events: readonly AgentEvent[]): Promise<AppendResult>;
  query(query: EventQuery): Promise<EventPage>;
  stats(): Promise<StoreStats>;
  /** Deletes what was received longer ago than its family's retention; resolves with how many events went. */
  prune(nowUnixMillis: number): Promise<number>;
  /** Finishes what is waiting and lets go. Safe to call twice. */
  close(): Promise<void>;
}

/** `queue_full`: more waits than may wait, so try again later. */
export type StoreErrorCode = "cannot_open" | "write_failed" | "queue_full" | "read_failed" | "closed" | "bad_cursor";

/** Something is wrong with the store itself, such as a full disk; `cause` is what the engine said. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
