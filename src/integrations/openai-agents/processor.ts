import type { Span, SpanData, Trace, TracingProcessor } from "@openai/agents";
import { type AnyWork, type Face, type Place, surroundingsOf } from "../../instrument/face.ts";
import { type Follower, follow, wasEnteredIn } from "../../instrument/followers.ts";
import { Guard } from "../guard.ts";
import { abandon } from "./failure.ts";
import { Handoffs } from "./handoffs.ts";
import { type Begun, type TraceNotes, unixMillisNow } from "./mapping.ts";
import { type OpenSpan, OpenSpans } from "./open-spans.ts";
import { OpenTraces } from "./open-traces.ts";
import type { OpenAIAgentsOptions } from "./options.ts";
import { mapSpan } from "./spans/index.ts";

const DONE = Promise.resolve();
/** How often forgotten traces are looked for at most. */
const RARELY_MILLIS = 60_000;

/** The thin layer; where it stands on its own rather than in a hub, it can tell when everything has arrived. */
export type FlushableFace = Face & { readonly flush?: () => Promise<unknown> };

/** Follows the SDK's traces and spans. Whatever goes wrong in here, the SDK does not notice. */
export class CrowsnestProcessor implements TracingProcessor {
  readonly #crowsnest: FlushableFace;
  readonly #options: OpenAIAgentsOptions;
  readonly #spans: OpenSpans;
  readonly #traces: OpenTraces;
  readonly #handoffs = new Handoffs();
  readonly #guarded: Guard;
  readonly #follower: Follower;
  #unfollow: (() => void) | undefined;
  #sweptAtMillis = performance.now();

  constructor(crowsnest: FlushableFace, options: OpenAIAgentsOptions, spans: OpenSpans = new OpenSpans()) {
    this.#crowsnest = crowsnest;
    this.#options = options;
    this.#spans = spans;
    this.#traces = new OpenTraces(crowsnest);
    this.#guarded = new Guard(crowsnest, "crowsnest/openai-agents");
    this.#follower = {
      current: () => currentId(options),
      find: (id) => {
        const inside = (spans.find(id) ?? this.#traces.find(id))?.inside;
        return inside && surroundingsOf(inside);
      },
    };
  }

  onTraceStart({ traceId, name, groupId }: Trace): Promise<void> {
    return this.#guard(() => {
      this.#sweep();
      if (this.#traces.find(traceId) === undefined) this.#traces.start(traceId, { name, groupId });
    });
  }

  onTraceEnd({ traceId }: Trace): Promise<void> {
    return this.#guard(() => {
      // The SDK ends a trace after its spans; what is still open now has been forgotten.
      for (const span of this.#spans.takeAll(traceId)) span.abandon();
      this.#handoffs.close(traceId);
      this.#traces.end(traceId);
    });
  }

  onSpanStart(span: Span<SpanData>): Promise<void> {
    return this.#guard(() => {
      if (this.#spans.has(span.spanId)) return;
      this.#startSpan(span);
      // A processor before this one may have held up the start until after the end.
      if (span.endedAt !== null) this.#endSpan(span);
    });
  }

  onSpanEnd(span: Span<SpanData>): Promise<void> {
    return this.#guard(() => this.#endSpan(span));
  }

  /** Nothing waits in here, as events are on their way when their span ends; but they may not have arrived. */
  async forceFlush(): Promise<void> {
    await this.#crowsnest.flush?.().catch(() => undefined);
  }

  /**
   * The SDK calls this on Ctrl-C, too, and ends the process once it has resolved. Agents may still be finishing their work then, so
   * what is open is followed to its end.
   */
  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  #startSpan(span: Span<SpanData>): void {
    const { spanId, traceId } = span;
    const parentId = span.parentId ?? traceId;
    const trace = this.#traces.resume(traceId);
    const parent = this.#spans.find(parentId);
    const notes = trace?.notes ?? unknownTrace(traceId);
    const inside = this.#placeIn(parentId, parent?.inside ?? trace?.inside);
    const begun = mapSpan(span.spanData, {
      crowsnest: this.#crowsnest,
      options: this.#options,
      trace: notes,
      handoffs: this.#handoffs,
      inside,
      agent: parent?.agent,
      run: parent?.run,
      parentId,
      startedUnixMillis: unixMillisNow(),
    });
    this.#spans.add(spanId, openSpan(begun, notes, inside, parent));
  }

  #endSpan(span: Span<SpanData>): void {
    const { spanId, traceId, error } = span;
    const open = this.#spans.take(spanId);
    this.#handoffs.close(spanId);
    if (open === undefined) return;
    open.end(error);
    const trace = this.#traces.find(traceId);
    if (trace === undefined) return;
    const isRun = span.parentId === null && (span.spanData.type === "task" || span.spanData.type === "agent");
    if (isRun && error !== null) trace.failure = error;
    if (trace.failure !== null && !this.#spans.hasTrace(traceId)) this.#traces.close(traceId);
  }

  /** What a span belongs to: its parent, unless work of the host's own lies between the two. */
  #placeIn(parentId: string, parent: AnyWork | Place | undefined): AnyWork | Place {
    const here = this.#crowsnest.here();
    const scope = surroundingsOf(here)?.scope;
    const isBetween = scope !== undefined && wasEnteredIn(scope, this.#follower, parentId);
    return isBetween || parent === undefined ? here : parent;
  }

  #sweep(): void {
    if (performance.now() - this.#sweptAtMillis < RARELY_MILLIS) return;
    this.#sweptAtMillis = performance.now();
    this.#traces.sweep((traceId) => this.#spans.hasTrace(traceId));
  }

  #guard(work: () => void): Promise<void> {
    this.#guarded.run(work);
    this.#followWhileOpen();
    return DONE;
  }

  /** Nothing is asked of the SDK while nothing of it is open. */
  #followWhileOpen(): void {
    if (this.#spans.size + this.#traces.size > 0) {
      this.#unfollow ??= follow(this.#follower);
    } else {
      this.#unfollow?.();
      this.#unfollow = undefined;
    }
  }
}

function openSpan(
  { work, end, ...begun }: Begun,
  trace: TraceNotes,
  inside: AnyWork | Place,
  parent: OpenSpan | undefined,
): OpenSpan {
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
  return { id, name: undefined, isWorkflow: false, sessionId: undefined, hasToldError: false };
}

/** The SDK's span, or else trace, that is current where the caller stands. */
function currentId(options: OpenAIAgentsOptions): string | undefined {
  try {
    const now = options.current?.();
    return now?.span?.spanId ?? now?.trace.traceId;
  } catch {
    return undefined;
  }
}
