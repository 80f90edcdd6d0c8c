import type { Span, SpanData, SpanError, Trace, TracingProcessor } from "@openai/agents";
import { type AnyWork, type Face, type Place, surroundingsOf, type Work } from "../../instrument/face.ts";
import { type Follower, follow, wasEnteredIn } from "../../instrument/followers.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { failureOf, settle } from "./failure.ts";
import { Handoffs } from "./handoffs.ts";
import { abandon, type Begun, type TraceNotes, unixMillisNow } from "./mapping.ts";
import { type OpenSpan, OpenSpans } from "./open-spans.ts";
import type { OpenAIAgentsOptions } from "./options.ts";
import { mapSpan } from "./spans/index.ts";

const DONE = Promise.resolve();
/** How often it is told at most that a span could not be understood. */
const TELL_EVERY_MILLIS = 60_000;

/** The thin layer; where it stands on its own rather than in a hub, it can tell when everything has arrived. */
export type FlushableFace = Face & { readonly flush?: () => Promise<unknown> };

/** Follows the SDK's traces and spans. Whatever goes wrong in here, the SDK does not notice. */
export class CrowsnestProcessor implements TracingProcessor {
  readonly #crowsnest: FlushableFace;
  readonly #options: OpenAIAgentsOptions;
  readonly #open: OpenSpans;
  readonly #handoffs = new Handoffs();
  readonly #follower: Follower;
  #unfollow: (() => void) | undefined;
  #toldAtMillis = Number.NEGATIVE_INFINITY;

  constructor(crowsnest: FlushableFace, options: OpenAIAgentsOptions, open: OpenSpans = new OpenSpans()) {
    this.#crowsnest = crowsnest;
    this.#options = options;
    this.#open = open;
    this.#follower = {
      current: () => currentId(options),
      find: (id) => {
        const inside = open.find(id)?.inside;
        return inside && surroundingsOf(inside);
      },
    };
  }

  onTraceStart(trace: Trace): Promise<void> {
    return this.#guard(() => this.#startTrace(trace));
  }

  onTraceEnd(trace: Trace): Promise<void> {
    return this.#guard(() => this.#endTrace(trace.traceId));
  }

  onSpanStart(span: Span<SpanData>): Promise<void> {
    return this.#guard(() => this.#startSpan(span));
  }

  onSpanEnd(span: Span<SpanData>): Promise<void> {
    return this.#guard(() => this.#endSpan(span.spanId, span.error));
  }

  /** Nothing waits in here, as events are on their way when their span ends; but they may not have arrived. */
  async forceFlush(): Promise<void> {
    await this.#crowsnest.flush?.();
  }

  /**
   * The SDK calls this on Ctrl-C, too, and ends the process once it has resolved. Agents may still be finishing their work then, so
   * what is open is followed to its end.
   */
  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  #startTrace({ traceId, name, groupId }: Trace): void {
    if (this.#open.find(traceId) !== undefined) return;
    const here = this.#crowsnest.here();
    const sessionId = groupId ?? undefined;
    // Inside a workflow of the host's own, a trace is a part of that one.
    const workflow = here.workflowId === undefined ? this.#beginWorkflow(name, traceId, sessionId) : undefined;
    const notes: TraceNotes = {
      id: traceId,
      isWorkflow: workflow !== undefined,
      sessionId,
      lastError: null,
      hasToldError: false,
    };
    this.#add(traceId, {
      trace: notes,
      inside: workflow ?? here,
      agent: undefined,
      run: undefined,
      end: () => workflow && settle(workflow, failureOf(notes.lastError, "WorkflowError", !notes.hasToldError)),
      abandon: () => workflow && abandon(workflow),
    });
  }

  #beginWorkflow(name: string, id: string, sessionId: string | undefined): Work<WorkHandle> {
    return this.#crowsnest.begin("workflow", { name, id, ...(sessionId === undefined ? {} : { sessionId }) });
  }

  #endTrace(traceId: string): void {
    const trace = this.#take(traceId);
    this.#handoffs.close(traceId);
    // The SDK ends a trace after its spans; what is still open now has been forgotten.
    for (const span of this.#open.takeAll(traceId)) span.abandon();
    trace?.end(null);
    this.#rest();
  }

  #startSpan(span: Span<SpanData>): void {
    const { spanId, traceId } = span;
    if (this.#open.find(spanId) !== undefined) return;
    const parentId = span.parentId ?? traceId;
    const parent = this.#open.find(parentId);
    const inside = this.#placeIn(parentId, parent);
    const trace = parent?.trace ?? this.#open.find(traceId)?.trace ?? unknownTrace(traceId);
    const begun = mapSpan(span.spanData, {
      crowsnest: this.#crowsnest,
      options: this.#options,
      trace,
      handoffs: this.#handoffs,
      inside,
      agent: parent?.agent,
      run: parent?.run,
      parentId,
      startedUnixMillis: unixMillisNow(),
    });
    this.#add(spanId, openSpan(begun, trace, inside, parent));
    // A processor before this one may have held up the start until after the end.
    if (span.endedAt !== null) this.#endSpan(spanId, span.error);
  }

  #endSpan(spanId: string, error: SpanError | null): void {
    this.#take(spanId)?.end(error);
    this.#handoffs.close(spanId);
    this.#rest();
  }

  /** What a span belongs to: its parent, unless work of the host's own lies between the two. */
  #placeIn(parentId: string, parent: OpenSpan | undefined): AnyWork | Place {
    const here = this.#crowsnest.here();
    if (parent === undefined) return here;
    const scope = surroundingsOf(here)?.scope;
    return scope !== undefined && wasEnteredIn(scope, this.#follower, parentId) ? here : parent.inside;
  }

  #add(id: string, span: OpenSpan): void {
    this.#unfollow ??= follow(this.#follower);
    this.#open.add(id, span);
  }

  #take(id: string): OpenSpan | undefined {
    return this.#open.take(id);
  }

  /** Nothing is asked of the SDK while nothing of it is open. */
  #rest(): void {
    if (this.#open.size > 0) return;
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  #guard(work: () => void): Promise<void> {
    try {
      work();
    } catch (error) {
      this.#tell(error);
    }
    return DONE;
  }

  #tell(error: unknown): void {
    if (performance.now() - this.#toldAtMillis < TELL_EVERY_MILLIS) return;
    this.#toldAtMillis = performance.now();
    const [failureType, errorMessage] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
    const data = { failureType, errorMessage, component: "crowsnest/openai-agents", recoveryAttempted: false };
    this.#crowsnest.emit({ type: "failure_recorded", data });
  }
}

function openSpan(begun: Begun, trace: TraceNotes, inside: AnyWork | Place, parent: OpenSpan | undefined): OpenSpan {
  const { work, end } = begun;
  return {
    trace,
    inside: work ?? inside,
    agent: begun.agent ?? parent?.agent,
    run: begun.run ?? parent?.run,
    end: (error) => end?.(error),
    abandon: () => work && abandon(work),
  };
}

/** Spans can come without their trace, where the processor was added while it ran. */
function unknownTrace(id: string): TraceNotes {
  return { id, isWorkflow: false, sessionId: undefined, lastError: null, hasToldError: false };
}

/** The SDK's span, or else trace, that is current where the caller stands. */
function currentId(options: OpenAIAgentsOptions): string | undefined {
  const now = options.current?.();
  return now?.span?.spanId ?? now?.trace.traceId;
}
