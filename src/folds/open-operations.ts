import { type Boundary, type OperationKind, operationKey } from "../events/operations.ts";
import type { AgentEvent } from "../events/types.ts";
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
  /** When each service was heard of last. */
  readonly heard: ReadonlyMap<string, { unixMillis: number }>;
}

/**
 * What has begun and not ended, over all agents and sources. An end without a start changes nothing, a start told twice (a task
 * that is assigned anew) replaces the first: no gauge goes below zero or stays up.
 */
export class OpenOperations implements Restorable<Saved> {
  readonly #open: Readonly<Record<OperationKind, OpenByKey>> = {
    agentRun: new OpenByKey(MAX_OPEN_PER_KIND),
    handoff: new OpenByKey(MAX_OPEN_PER_KIND),
    task: new OpenByKey(MAX_OPEN_PER_KIND),
    workflow: new OpenByKey(MAX_OPEN_PER_KIND),
    milestone: new OpenByKey(MAX_OPEN_PER_KIND),
  };
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
    return { open, heard: copyOf(this.#heard) };
  }

  restore({ open, heard }: Saved): void {
    for (const kind of Object.keys(this.#open) as OperationKind[]) this.#open[kind].restore(open[kind]);
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

  /** Returns the start of the work that the event ended or took the place of. */
  apply(event: AgentEvent, boundary: Boundary | undefined, heardUnixMillis: number): AgentEvent | undefined {
    this.#hear(event.source, heardUnixMillis);
    const key = boundary && operationKey(boundary.kind, event.source, event);
    if (boundary === undefined || key === undefined) return undefined;
    const open = this.#open[boundary.kind];
    const before = open.take(key);
    return boundary.edge === "end" ? before : this.#begin(open, key, event, before);
  }

  #begin(open: OpenByKey, key: string, event: AgentEvent, before: AgentEvent | undefined): AgentEvent | undefined {
    const displaced = open.add(key, event);
    return before ?? displaced;
  }

  /** Work whose source has said nothing at all since the given moment. */
  silentSince(unixMillis: number): OpenOperation[] {
    return [...this.all()].filter(
      ({ start }) => (this.#heard.get(start.source)?.unixMillis ?? start.timeUnixMillis) < unixMillis,
    );
  }

  /** By our own clock: a sender whose clock is an hour behind is not one that has been silent for an hour. */
  #hear(source: string, unixMillis: number): void {
    const heard = this.#heard.get(source);
    if (heard !== undefined) heard.unixMillis = Math.max(heard.unixMillis, unixMillis);
    else if (this.#heard.size < MAX_SOURCES) this.#heard.set(source, { unixMillis });
  }
}
