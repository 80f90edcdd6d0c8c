import { boundaryOf, type OperationKind } from "../events/operations.ts";
import type { AgentEvent } from "../events/types.ts";

/** A piece of work that began and has not ended. */
export interface OpenOperation {
  readonly key: string;
  readonly kind: OperationKind;
  /** The event that began it: what an end told in its place has to repeat. */
  readonly start: AgentEvent;
}

/** What one event changed. */
export interface OperationChange {
  readonly opened?: OpenOperation;
  readonly closed?: OpenOperation;
}

const NOTHING: OperationChange = {};

/** Most pieces of work that are followed at once; the oldest gives way. Senders that never end anything must not fill the memory. */
const MAX_OPEN = 50_000;

/**
 * What has begun and not ended, over all agents and sources. An end without a start changes nothing, a start told twice (a task
 * that is assigned anew) replaces the first: no gauge goes below zero or stays up.
 */
export class OpenOperations {
  readonly #open = new Map<string, OpenOperation>();
  readonly #lastHeardMillis = new Map<string, number>();

  get size(): number {
    return this.#open.size;
  }

  all(): IterableIterator<OpenOperation> {
    return this.#open.values();
  }

  /** The name of a running workflow, by its id. */
  workflowName(workflowId: string | undefined): string | undefined {
    const start = workflowId === undefined ? undefined : this.#open.get(`workflow ${workflowId}`)?.start;
    return start?.type === "workflow_started" ? start.data.name : undefined;
  }

  apply(event: AgentEvent): OperationChange {
    const boundary = boundaryOf(event);
    this.#hear(event);
    if (boundary?.key === undefined) return NOTHING;
    const before = this.#open.get(boundary.key);
    if (before !== undefined) this.#open.delete(boundary.key);
    if (boundary.edge === "end") return before === undefined ? NOTHING : { closed: before };
    const opened: OpenOperation = { key: boundary.key, kind: boundary.kind, start: event };
    const displaced = before ?? (this.#open.size >= MAX_OPEN ? this.#dropOldest() : undefined);
    this.#open.set(boundary.key, opened);
    return displaced === undefined ? { opened } : { opened, closed: displaced };
  }

  /** Work whose source has said nothing at all since the given moment. */
  silentSince(unixMillis: number): OpenOperation[] {
    return [...this.#open.values()].filter(({ start }) => (this.#lastHeardMillis.get(start.source) ?? 0) < unixMillis);
  }

  #hear(event: AgentEvent): void {
    const before = this.#lastHeardMillis.get(event.source) ?? 0;
    if (event.timeUnixMillis > before) this.#lastHeardMillis.set(event.source, event.timeUnixMillis);
  }

  #dropOldest(): OpenOperation | undefined {
    const [oldest] = this.#open.values();
    if (oldest !== undefined) this.#open.delete(oldest.key);
    return oldest;
  }
}
