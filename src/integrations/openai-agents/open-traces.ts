import type { SpanError, Trace } from "@openai/agents";
import type { AnyWork, Face, Place, Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { abandon, failureOf, settle } from "./failure.ts";
import type { TraceNotes } from "./mapping.ts";

/** A trace of the SDK that has begun and not ended. */
export interface OpenTrace {
  readonly notes: TraceNotes;
  /** What happens inside of it belongs to this. */
  readonly inside: AnyWork | Place;
  readonly workflow: Work<WorkHandle> | undefined;
  /** The error of a run in it. */
  failure: SpanError | null;
  lastHeardMillis: number;
}

type TraceHead = Pick<Trace, "name" | "groupId">;

/** Most traces that are followed at once; the oldest gives way. */
const MAX_OPEN = 1_000;
/** How long a trace may be silent, with no span of it open, until it is taken for forgotten. */
const SILENT_MILLIS = 600_000;

/**
 * Traces that have begun and not ended. The SDK tells of a trace's end only where nothing was thrown out of it, so a trace is closed
 * by its failing run as well; where it goes on after that, it is opened once more, as a second attempt at the same workflow.
 */
export class OpenTraces {
  readonly #crowsnest: Face;
  readonly #open = new Map<string, OpenTrace>();
  /** Traces that a failure has closed and that may go on. */
  readonly #closed = new Map<string, TraceHead>();

  constructor(crowsnest: Face) {
    this.#crowsnest = crowsnest;
  }

  get size(): number {
    return this.#open.size;
  }

  find(id: string): OpenTrace | undefined {
    return this.#open.get(id);
  }

  start(id: string, { name, groupId }: TraceHead): OpenTrace {
    if (this.#open.size >= MAX_OPEN) this.#giveUpOldest();
    this.#closed.delete(id);
    const here = this.#crowsnest.here();
    const sessionId = groupId ?? undefined;
    const session = sessionId === undefined ? {} : { sessionId };
    // Inside a workflow of the host's own, a trace is a part of that one.
    const workflow = here.workflowId === undefined ? this.#crowsnest.begin("workflow", { name, id, ...session }) : undefined;
    const notes = { id, name, isWorkflow: workflow !== undefined, sessionId, hasToldError: false };
    const trace = { notes, inside: workflow ?? here, workflow, failure: null, lastHeardMillis: performance.now() };
    this.#open.set(id, trace);
    return trace;
  }

  /** The trace of a span that begins: open, or opened once more. */
  resume(id: string): OpenTrace | undefined {
    const head = this.#closed.get(id);
    const trace = this.#open.get(id) ?? (head === undefined ? undefined : this.start(id, head));
    if (trace !== undefined) trace.lastHeardMillis = performance.now();
    return trace;
  }

  /** The SDK says that it is over. */
  end(id: string): void {
    this.#closed.delete(id);
    this.#settle(id);
  }

  /** A run in it has failed and nothing of it is open: there may be nothing more to hear of it. */
  close(id: string): void {
    const trace = this.#settle(id);
    if (trace?.notes.name === undefined) return;
    if (this.#closed.size >= MAX_OPEN) {
      const [oldest] = this.#closed.keys();
      if (oldest !== undefined) this.#closed.delete(oldest);
    }
    this.#closed.set(id, { name: trace.notes.name, groupId: trace.notes.sessionId ?? null });
  }

  /** Gives up traces that were left without a word. */
  sweep(isBusy: (id: string) => boolean): void {
    const silentSince = performance.now() - SILENT_MILLIS;
    for (const [id, trace] of this.#open) {
      if (trace.lastHeardMillis < silentSince && !isBusy(id)) this.#giveUp(id, trace);
    }
  }

  #settle(id: string): OpenTrace | undefined {
    const trace = this.#open.get(id);
    this.#open.delete(id);
    if (trace?.workflow !== undefined) {
      settle(trace.workflow, failureOf(trace.failure, "WorkflowError", !trace.notes.hasToldError));
    }
    return trace;
  }

  #giveUpOldest(): void {
    const [oldest] = this.#open;
    if (oldest !== undefined) this.#giveUp(...oldest);
  }

  #giveUp(id: string, { workflow }: OpenTrace): void {
    this.#open.delete(id);
    if (workflow !== undefined) abandon(workflow);
  }
}
