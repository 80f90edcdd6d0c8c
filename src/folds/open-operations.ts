import { type Boundary, type OperationKind, operationKey } from "../events/operations.ts";
import type { AgentEvent } from "../events/types.ts";
import { type EarlyEnds, hasEndedEarly, noteEarlyEnd } from "./early-ends.ts";
import { OpenByKey } from "./open-by-key.ts";
import { copyOf, type Restorable } from "./restorable.ts";

/** A piece of work that began and has not ended. */
export interface OpenOperation {
  readonly kind: OperationKind;
  readonly key: string;
  /** The event that began it: what an end told in its place has to repeat. */
  readonly start: AgentEvent;
}

/** Most pieces of work of a kind that are followed at once; the oldest gives way. Senders that never end anything must not fill the memory. */
const MAX_OPEN_PER_KIND = 20_000;
/** Most services whose silence is noticed. */
const MAX_SOURCES = 5_000;

interface Saved {
  readonly open: Readonly<Record<OperationKind, ReturnType<OpenByKey["save"]>>>;
  readonly earlyEndsMillis: ReadonlyMap<string, number>;
  /** When each service was heard of last. */
  readonly heard: ReadonlyMap<string, { unixMillis: number }>;
}

/**
 * What has begun and not ended, over all agents and sources. An end without a start changes nothing, a start told twice (a task
 * that is assigned anew) replaces the first, and a start told after its end opens nothing, as may be where one process gives the task
 * that another one ends: no gauge goes below zero or stays up.
 */
export class OpenOperations implements Restorable<Saved> {
  readonly #open: Readonly<Record<OperationKind, OpenByKey>> = {
    agentRun: new OpenByKey(MAX_OPEN_PER_KIND),
    handoff: new OpenByKey(MAX_OPEN_PER_KIND),
    task: new OpenByKey(MAX_OPEN_PER_KIND),
    workflow: new OpenByKey(MAX_OPEN_PER_KIND),
    milestone: new OpenByKey(MAX_OPEN_PER_KIND),
  };
  /** When that happened which ended and was not seen to begin, by kind and key. */
  #earlyEndsMillis: EarlyEnds = new Map();
  #heard = new Map<string, { unixMillis: number }>();

  save(): Saved {
    const { agentRun, handoff, task, workflow, milestone } = this.#open;
    const open = {
      agentRun: agentRun.save(),
      handoff: handoff.save(),
      task: task.save(),
      workflow: workflow.save(),
      milestone: milestone.save(),
    };
    return { open, earlyEndsMillis: new Map(this.#earlyEndsMillis), heard: copyOf(this.#heard) };
  }

  restore({ open, earlyEndsMillis, heard }: Saved): void {
    for (const kind of Object.keys(this.#open) as OperationKind[]) this.#open[kind].restore(open[kind]);
    this.#earlyEndsMillis = new Map(earlyEndsMillis);
    this.#heard = new Map(heard);
  }

  *all(): IterableIterator<OpenOperation> {
    for (const kind of Object.keys(this.#open) as OperationKind[]) {
      for (const [key, start] of this.#open[kind].entries()) yield { kind, key, start };
    }
  }

  /** The name of a running workflow, by its id. */
  workflowName(workflowId: string | undefined): string | undefined {
    const start = workflowId === undefined ? undefined : this.#open.workflow.get(workflowId);
    return start?.type === "workflow_started" ? start.data.name : undefined;
  }

  /**
   * Returns the start of the work that the event ended or took the place of; the event itself where it begins what has ended already.
   *
   * @param toldMillis when it happened by the sender's clock, also where that is ahead: which of two came first, that clock knows
   */
  apply(
    event: AgentEvent,
    boundary: Boundary | undefined,
    heardUnixMillis: number,
    toldMillis: number = event.timeUnixMillis,
  ): AgentEvent | undefined {
    this.#hear(event.source, heardUnixMillis);
    const key = boundary && operationKey(boundary.kind, event.source, event);
    if (boundary === undefined || key === undefined) return undefined;
    const open = this.#open[boundary.kind];
    const before = open.take(key);
    if (boundary.edge === "end") {
      if (before === undefined) noteEarlyEnd(this.#earlyEndsMillis, `${boundary.kind} ${key}`, toldMillis);
      return before;
    }
    if (this.#earlyEndsMillis.size > 0 && hasEndedEarly(this.#earlyEndsMillis, `${boundary.kind} ${key}`, toldMillis))
      return event;
    const displaced = open.add(key, event);
    return before ?? displaced;
  }

  /** Work whose source has said nothing at all since the given moment. */
  silentSince(unixMillis: number): OpenOperation[] {
    return [...this.all()].filter(({ start }) => this.lastHeardUnixMillis(start) < unixMillis);
  }

  /** When the source of some work was heard of last, by our own clock. */
  lastHeardUnixMillis({ source, timeUnixMillis }: AgentEvent): number {
    return this.#heard.get(source)?.unixMillis ?? timeUnixMillis;
  }

  /** By our own clock: a sender whose clock is an hour behind is not one that has been silent for an hour. */
  #hear(source: string, unixMillis: number): void {
    const heard = this.#heard.get(source);
    if (heard !== undefined) heard.unixMillis = Math.max(heard.unixMillis, unixMillis);
    else if (this.#heard.size < MAX_SOURCES) this.#heard.set(source, { unixMillis });
  }
}
